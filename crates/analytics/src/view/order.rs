//! The order in which derived columns can be computed.

use std::collections::BTreeMap;

/// The words of an expression outside quotes that may be column names.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut quoted = false;
    let mut word = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        if c == '\'' {
            quoted = !quoted;
        }
        if !quoted && (c.is_alphanumeric() || c == '_') {
            word.push(c);
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    words
}

/// Positions of `columns` (name, expression) such that each stands behind those it names; `Err` holds the names of a circle.
pub(super) fn topological(columns: &[(&str, &str)]) -> Result<Vec<usize>, Vec<String>> {
    let places: BTreeMap<&str, usize> = columns.iter().enumerate().map(|(place, (name, _))| (*name, place)).collect();
    let uses: Vec<Vec<usize>> =
        columns.iter().map(|(_, text)| words(text).iter().filter_map(|word| places.get(word.as_str()).copied()).collect()).collect();
    let mut order = Vec::new();
    let mut state = vec![State::New; columns.len()];
    for start in 0..columns.len() {
        let mut trail = Vec::new();
        visit(start, &uses, &mut state, &mut order, &mut trail).map_err(|trail| {
            trail.into_iter().filter_map(|place| columns.get(place).map(|(name, _)| (*name).to_owned())).collect::<Vec<_>>()
        })?;
    }
    Ok(order)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

fn visit(place: usize, uses: &[Vec<usize>], state: &mut [State], order: &mut Vec<usize>, trail: &mut Vec<usize>) -> Result<(), Vec<usize>> {
    match state.get(place) {
        Some(State::Done) | None => return Ok(()),
        Some(State::Open) => {
            let from = trail.iter().position(|t| *t == place).unwrap_or(0);
            let mut circle = trail.split_off(from);
            circle.push(place);
            return Err(circle);
        }
        Some(State::New) => {}
    }
    if let Some(slot) = state.get_mut(place) {
        *slot = State::Open;
    }
    trail.push(place);
    for next in uses.get(place).into_iter().flatten() {
        visit(*next, uses, state, order, trail)?;
    }
    trail.pop();
    if let Some(slot) = state.get_mut(place) {
        *slot = State::Done;
    }
    order.push(place);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{topological, words};

    #[test]
    fn orders_and_finds_circles() {
        assert_eq!(topological(&[("a", "b + 1"), ("b", "c"), ("c", "x")]), Ok(vec![2, 1, 0]));
        assert_eq!(topological(&[("a", "b"), ("b", "a + 1")]), Err(vec!["a".to_owned(), "b".to_owned(), "a".to_owned()]));
        assert_eq!(words("a = 'b c' and d_1(e)"), ["a", "and", "d_1", "e"]);
    }
}
