//! "Did you mean": the candidate that is closest to a misspelled name.
//!
//! Mirrors `Python/suggestions.c` and `_compute_suggestion_error` of `Lib/traceback.py`.

const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;
const MAX_NAME: usize = 40;
const MAX_CANDIDATES: usize = 750;

/// The candidate nearest to `name`, if one is near enough; the first of equals.
pub fn closest<'a>(candidates: &'a [String], name: &str) -> Option<&'a str> {
    if candidates.len() >= MAX_CANDIDATES || name.chars().count() > MAX_NAME {
        return None;
    }
    let name: Vec<char> = name.chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.chars().collect();
        if other == name {
            continue;
        }
        let mut allowed = (name.len() + other.len() + 3) * MOVE_COST / 6;
        if let Some((distance, _)) = best {
            allowed = allowed.min(distance - 1);
        }
        let distance = edit_distance(&name, &other, allowed);
        if distance > allowed {
            continue;
        }
        if best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn substitution_cost(a: char, b: char) -> usize {
    if a == b {
        0
    } else if a.to_lowercase().eq(b.to_lowercase()) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// Levenshtein distance with cheap changes of case; more than `limit` when it exceeds that.
fn edit_distance(a: &[char], b: &[char], limit: usize) -> usize {
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (mut a, mut b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    if a.is_empty() || b.is_empty() {
        return MOVE_COST * (a.len() + b.len());
    }
    if a.len() > MAX_NAME || b.len() > MAX_NAME {
        return limit + 1;
    }
    if b.len() < a.len() {
        std::mem::swap(&mut a, &mut b);
    }
    if (b.len() - a.len()) * MOVE_COST > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (j, &bc) in b.iter().enumerate() {
        let mut distance = j * MOVE_COST;
        result = distance;
        let mut minimum = usize::MAX;
        for (i, &ac) in a.iter().enumerate() {
            let substitute = distance + substitution_cost(bc, ac);
            distance = row[i];
            let insert_delete = result.min(distance) + MOVE_COST;
            result = insert_delete.min(substitute);
            row[i] = result;
            minimum = minimum.min(result);
        }
        if minimum > limit {
            return limit + 1;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    #[test]
    fn nearest_names() {
        let cases: [(&[&str], &str, Option<&str>); 5] = [
            (&["foo", "bar"], "fooo", Some("foo")),
            (&["foo"], "xyz", None),
            (&["abc", "abd"], "abe", Some("abc")),
            (&["Value"], "value", Some("Value")),
            (&["blech"], "bluch", Some("blech")),
        ];
        for (candidates, name, expected) in cases {
            let candidates: Vec<String> = candidates.iter().map(|&c| c.to_owned()).collect();
            assert_eq!(super::closest(&candidates, name), expected, "{name}");
        }
    }
}
