//! A pilot of a few thousand households in villages of no plan finds what settings ask for: the
//! level of incomes that makes the share of the poor right, and the probabilities that make the
//! errors of the list right. It does not depend on the seed of the plan.

use crate::household::{self, Context};
use crate::listing::{self, Norms};
use crate::settings::Settings;
use crate::village::{Births, Site, Village};

/// Villages and households of each.
const VILLAGES: u32 = 1_600;
const HOUSEHOLDS: u32 = 8;
const SEED: u64 = 0x0F11_0717;
/// The rest of those wrongly listed are old parents split off from their children, whom no pilot
/// visits.
const SPLIT_OFF: f64 = 0.88;
/// Code of a province that does not exist, and that no county of settings may have.
const AREA: i64 = 100_000_100_000;

#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    households: f64,
    poor: f64,
    visibility: f64,
    pull: f64,
}

fn visit(context: &Context) -> Seen {
    let mut seen = Seen::default();
    let mut people = Vec::new();
    for at in 0..VILLAGES {
        let site = Site { code: AREA + i64::from(at), slice: at, position: at, households: HOUSEHOLDS };
        let village = Village::new(SEED, site, 0.0);
        let mut births = Births::new(context.as_of);
        for number in 1..=HOUSEHOLDS {
            let truth = household::household(context, &village, number, &mut births, &mut people);
            seen.households += 1.0;
            if truth.verdict.poor {
                seen.poor += 1.0;
                seen.visibility += listing::visibility(&truth, &people);
            } else {
                seen.pull += listing::pull(&truth, &people);
            }
        }
    }
    seen
}

/// The factor on market incomes and the norms of the list.
pub(crate) fn run(context: &Context, settings: &Settings) -> (f64, Norms) {
    let context = Context { seed: SEED, ..*context };
    // the share of the poor falls with the level of incomes: halve the interval
    let (mut low, mut high) = (0.15_f64, 6.0_f64);
    for _ in 0..9 {
        let middle = (low * high).sqrt();
        let seen = visit(&Context { scale: middle, ..context });
        if seen.poor / seen.households > settings.incidence {
            low = middle;
        } else {
            high = middle;
        }
    }
    let scale = (low * high).sqrt();
    let seen = visit(&Context { scale, ..context });
    let others = (seen.households - seen.poor).max(1.0);
    let kept = 1.0 - settings.exclusion_error;
    let leaked = settings.inclusion_error.min(0.95);
    let wrongly = seen.poor * kept * leaked / (1.0 - leaked) / others;
    let norms =
        Norms { poor: kept * seen.poor.max(1.0) / seen.visibility.max(1e-9), others: SPLIT_OFF * wrongly * others / seen.pull.max(1e-9) };
    (scale, norms)
}
