//! Words of names that are spelled in two ways: in Britain and in America, in full and short (rule `spelling`).

/// Words in one spelling, and in the other.
#[rustfmt::skip]
pub(super) const ONE: [&str; 16] = [
    "Aluminum", "Brothers", "Center", "Centers", "Companies", "Defense", "Fort", "Harbor", "Labor", "Mount",
    "Organization", "Organizations", "Program", "Programs", "Saint", "Theater",
];
#[rustfmt::skip]
pub(super) const OTHER: [&str; 16] = [
    "Aluminium", "Bros.", "Centre", "Centres", "Cos.", "Defence", "Ft.", "Harbour", "Labour", "Mt.",
    "Organisation", "Organisations", "Programme", "Programmes", "St.", "Theatre",
];

/// The name with each of these words in its other spelling, where it has one.
pub(super) fn other(name: &str) -> Option<String> {
    let spelled = |word: &str| {
        let plain = word.trim_end_matches('.');
        let (one, other) =
            ONE.iter().zip(OTHER).find(|(one, other)| plain == **one || plain == other.trim_end_matches('.'))?;
        Some(if plain == *one { other } else { one })
    };
    name.split(' ').any(|word| spelled(word).is_some()).then(|| {
        let words: Vec<_> = name.split(' ').map(|word| spelled(word).unwrap_or(word)).collect();
        words.join(" ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_spellings() {
        for (one, another) in [
            ("World Health Organization", "World Health Organisation"),
            ("St. Louis", "Saint Louis"),
            ("Fort Worth", "Ft. Worth"),
            ("Shearson Lehman Bros", "Shearson Lehman Brothers"),
        ] {
            assert_eq!(other(one).as_deref(), Some(another));
        }
        assert_eq!(other("Organizational Health"), None);
    }
}
