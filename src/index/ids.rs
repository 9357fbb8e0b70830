//! The order of ids, which decides where nothing else does.
//!
//! Must not know: what ids name.

use std::cmp::Ordering;

/// The order of ids: numbers in them by their value, so that `Q90` comes before `Q813`. Where nothing else decides
/// between entities, the older entry of a register is the better known one.
pub fn natural(one: &str, other: &str) -> Ordering {
    // What they begin with alike decides nothing, but for the digits of a number that goes on.
    let alike = one.bytes().zip(other.bytes()).take_while(|(x, y)| x == y).count();
    let mut from = alike - one.as_bytes()[..alike].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    while !one.is_char_boundary(from) {
        from -= 1;
    }
    let (mut a, mut b) = (&one[from..], &other[from..]);
    while let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (i, j) = (digits(a), digits(b));
        let order = if i > 0 && j > 0 {
            let (m, n) = (a[..i].trim_start_matches('0'), b[..j].trim_start_matches('0'));
            m.len().cmp(&n.len()).then(m.cmp(n))
        } else {
            x.cmp(&y)
        };
        if order.is_ne() {
            return order;
        }
        (a, b) = if i > 0 && j > 0 { (&a[i..], &b[j..]) } else { (&a[x.len_utf8()..], &b[y.len_utf8()..]) };
    }
    a.len().cmp(&b.len()).then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_order() {
        let ids = ["Q9", "Q90", "Q813", "Q813a", "a", "a0", "a00", "a1", "é"];
        for (at, one) in ids.iter().enumerate() {
            for (other_at, other) in ids.iter().enumerate() {
                assert_eq!(natural(one, other), at.cmp(&other_at), "{one} and {other}");
            }
        }
    }
}
