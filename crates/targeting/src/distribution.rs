//! Tail probabilities and quantiles of the distributions that the measures and signs need.
//!
//! Incomplete gamma: series and continued fraction (Numerical Recipes, 3rd edition, §6.2);
//! incomplete beta: continued fraction after Lentz (ibid. §6.4); log-gamma: Lanczos with
//! g = 607/128 (P. Godfrey's coefficients). All tails are computed as tails, never as one
//! minus a body, so that small p-values keep their digits.

const EPSILON: f64 = f64::EPSILON;
const TINY: f64 = 1e-300;
const MAX_STEPS: usize = 100_000;

const LANCZOS: [f64; 14] = [
    57.156_235_665_862_92,
    -59.597_960_355_475_49,
    14.136_097_974_741_746,
    -0.491_913_816_097_620_2,
    0.339_946_499_848_118_9e-4,
    0.465_236_289_270_485_8e-4,
    -0.983_744_753_048_795_6e-4,
    0.158_088_703_224_912_5e-3,
    -0.210_264_441_724_104_9e-3,
    0.217_439_618_115_212_6e-3,
    -0.164_318_106_536_763_9e-3,
    0.844_182_239_838_527_4e-4,
    -0.261_908_384_015_814_1e-4,
    0.368_991_826_595_316_2e-5,
];

/// Natural logarithm of the gamma function for `x > 0`; `NaN` outside.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let shifted = x + 671.0 / 128.0;
    let lead = (x + 0.5) * shifted.ln() - shifted;
    let mut denominator = x;
    let mut series = 0.999_999_999_999_997_1;
    for coefficient in LANCZOS {
        denominator += 1.0;
        series += coefficient / denominator;
    }
    lead + (2.506_628_274_631_000_7 * series / x).ln()
}

/// Regularised lower incomplete gamma function `P(shape, x)`.
#[must_use]
pub fn gamma_lower(shape: f64, x: f64) -> f64 {
    if shape.is_nan() || x.is_nan() || shape <= 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        0.0
    } else if x < shape + 1.0 {
        gamma_series(shape, x)
    } else {
        1.0 - gamma_fraction(shape, x)
    }
}

/// Regularised upper incomplete gamma function `Q(shape, x) = 1 - P(shape, x)`.
#[must_use]
pub fn gamma_upper(shape: f64, x: f64) -> f64 {
    if shape.is_nan() || x.is_nan() || shape <= 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        1.0
    } else if x < shape + 1.0 {
        1.0 - gamma_series(shape, x)
    } else {
        gamma_fraction(shape, x)
    }
}

fn gamma_series(shape: f64, x: f64) -> f64 {
    let mut term = 1.0 / shape;
    let mut sum = term;
    let mut divisor = shape;
    for _ in 0..MAX_STEPS {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
        if term.abs() < sum.abs() * EPSILON {
            break;
        }
    }
    sum * (shape * x.ln() - x - ln_gamma(shape)).exp()
}

fn gamma_fraction(shape: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    let mut step = 0.0;
    for _ in 0..MAX_STEPS {
        step += 1.0;
        let a = -step * (step - shape);
        b += 2.0;
        d = 1.0 / away_from_zero(a * d + b);
        c = away_from_zero(b + a / c);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() <= EPSILON {
            break;
        }
    }
    value * (shape * x.ln() - x - ln_gamma(shape)).exp()
}

fn away_from_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

/// Regularised incomplete beta function `I_x(a, b)` for `a, b > 0`; `x` is limited to `0..=1`.
#[must_use]
pub fn beta_regularised(a: f64, b: f64, x: f64) -> f64 {
    if a.is_nan() || b.is_nan() || x.is_nan() || a <= 0.0 || b <= 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let lead = (a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)).exp();
    if x < (a + 1.0) / (a + b + 2.0) { lead * beta_fraction(a, b, x) / a } else { 1.0 - lead * beta_fraction(b, a, 1.0 - x) / b }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    let mut m = 0.0;
    for _ in 0..MAX_STEPS {
        m += 1.0;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() <= EPSILON {
            break;
        }
    }
    value
}

/// Probability that a standard normal variable exceeds `z`.
#[must_use]
pub fn normal_upper(z: f64) -> f64 {
    let half_tail = 0.5 * gamma_upper(0.5, 0.5 * z * z);
    if z >= 0.0 { half_tail } else { 1.0 - half_tail }
}

/// Probability that a standard normal variable does not exceed `z`.
#[must_use]
pub fn normal_lower(z: f64) -> f64 {
    normal_upper(-z)
}

/// Standard normal quantile of `probability` in (0, 1); infinite at the ends, `NaN` outside.
///
/// P. Acklam's rational approximation, refined by one step of Halley's method.
#[must_use]
pub fn normal_quantile(probability: f64) -> f64 {
    if probability.is_nan() || !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    if probability <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    if probability > 0.5 {
        return -normal_quantile(1.0 - probability);
    }
    let start = acklam(probability);
    let error = normal_lower(start) - probability;
    let step = error * (2.0 * std::f64::consts::PI).sqrt() * (0.5 * start * start).exp();
    start - step / (1.0 + 0.5 * start * step)
}

/// Lower half of Acklam's approximation, relative error below 1.2e-9.
fn acklam(probability: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let polynomial = |terms: &[f64], x: f64| terms.iter().fold(0.0, |sum, term| sum * x + term);
    if probability < 0.024_25 {
        let q = (-2.0 * probability.ln()).sqrt();
        polynomial(&C, q) / polynomial(&D, q)
    } else {
        let q = probability - 0.5;
        q * polynomial(&A, q * q) / polynomial(&B, q * q)
    }
}

/// Probability that a chi-square variable with `degrees` of freedom exceeds `statistic`.
#[must_use]
pub fn chi_square_upper(statistic: f64, degrees: f64) -> f64 {
    gamma_upper(0.5 * degrees, 0.5 * statistic)
}

/// Probability that a Student t variable exceeds `t`; `degrees` may be fractional or infinite.
#[must_use]
pub fn student_upper(t: f64, degrees: f64) -> f64 {
    if degrees.is_nan() || t.is_nan() || degrees <= 0.0 {
        return f64::NAN;
    }
    if degrees.is_infinite() {
        return normal_upper(t);
    }
    let square = t * t;
    let half_tail = if square < degrees {
        0.5 - 0.5 * beta_regularised(0.5, 0.5 * degrees, square / (degrees + square))
    } else {
        0.5 * beta_regularised(0.5 * degrees, 0.5, degrees / (degrees + square))
    };
    if t >= 0.0 { half_tail } else { 1.0 - half_tail }
}

/// Student t quantile of `probability` in (0, 1) with `degrees` of freedom; `NaN` outside.
///
/// Closed forms for one and two degrees, else Newton's method kept inside a bracket.
#[must_use]
pub fn student_quantile(probability: f64, degrees: f64) -> f64 {
    if degrees.is_nan() || degrees <= 0.0 || !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    if degrees.is_infinite() || probability <= 0.0 || probability >= 1.0 {
        return normal_quantile(probability);
    }
    if probability < 0.5 {
        return -student_quantile(1.0 - probability, degrees);
    }
    let tail = 1.0 - probability;
    if (degrees - 1.0).abs() < EPSILON {
        return 1.0 / (std::f64::consts::PI * tail).tan();
    }
    if (degrees - 2.0).abs() < EPSILON {
        return (2.0 * probability - 1.0) * (0.5 / (probability * tail)).sqrt();
    }
    student_newton(tail, degrees)
}

fn student_newton(tail: f64, degrees: f64) -> f64 {
    let ln_scale = ln_gamma(0.5 * (degrees + 1.0)) - ln_gamma(0.5 * degrees) - 0.5 * (degrees * std::f64::consts::PI).ln();
    let density = |t: f64| (ln_scale - 0.5 * (degrees + 1.0) * (t * t / degrees).ln_1p()).exp();
    let mut low = 0.0;
    let mut high = normal_quantile(1.0 - tail).max(1.0);
    while student_upper(high, degrees) > tail && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    let mut t = 0.5 * (low + high);
    for _ in 0..200 {
        let excess = student_upper(t, degrees) - tail;
        if excess > 0.0 {
            low = t;
        } else {
            high = t;
        }
        let newton = t + excess / density(t);
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - t).abs() <= 4.0 * EPSILON * t.abs() {
            return next;
        }
        t = next;
    }
    t
}

/// Probability of `successes` or more in `trials` independent trials.
#[must_use]
pub fn binomial_upper(successes: u64, trials: u64, probability: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    if successes > trials {
        return 0.0;
    }
    let reached = crate::convert::float(successes);
    beta_regularised(reached, crate::convert::float(trials - successes) + 1.0, probability)
}

/// Probability of `events` or more when `mean` are expected (Poisson).
#[must_use]
pub fn poisson_upper(events: u64, mean: f64) -> f64 {
    if events == 0 { 1.0 } else { gamma_lower(crate::convert::float(events), mean) }
}

/// Probabilities of `0, 1, …, n` successes in independent trials with differing chances
/// (Poisson-binomial), exact by convolution.
#[must_use]
pub fn poisson_binomial(chances: &[f64]) -> Vec<f64> {
    let mut mass = vec![1.0];
    for &chance in chances {
        let mut carried = 0.0;
        for cell in &mut mass {
            let here = *cell;
            *cell = here * (1.0 - chance) + carried;
            carried = here * chance;
        }
        mass.push(carried);
    }
    mass
}

#[cfg(test)]
mod tests;
