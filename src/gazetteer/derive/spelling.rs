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

/// The most such words of a name that are spelled otherwise.
const MOST: usize = 3;

/// The name with one of these words in its other spelling, and with all.
pub(super) fn others(name: &str) -> Vec<String> {
    let words: Vec<_> = name.split(' ').collect();
    let count = words.len();
    // A street ends in `St.`
    let spelled = |(at, word): (usize, &&str)| {
        let plain = word.trim_end_matches('.');
        let (one, other) =
            ONE.iter().zip(OTHER).find(|(one, other)| plain == **one || plain == other.trim_end_matches('.'))?;
        (other != "St." || at + 1 < count).then_some((at, if plain == *one { other } else { one }))
    };
    let spelled: Vec<_> = words.iter().enumerate().filter_map(spelled).take(MOST).collect();
    let with = |changes: &[(usize, &str)]| {
        let mut words = words.clone();
        changes.iter().for_each(|&(at, word)| words[at] = word);
        words.join(" ")
    };
    let mut others: Vec<_> = spelled.iter().map(|&one| with(&[one])).collect();
    if spelled.len() > 1 {
        others.push(with(&spelled));
    }
    others
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
            assert_eq!(others(one), [another]);
        }
        for name in ["Organizational Health", "Wall St."] {
            assert_eq!(others(name), [] as [&str; 0]);
        }
        assert_eq!(others("Mount St. Helens"), ["Mt. St. Helens", "Mount Saint Helens", "Mt. Saint Helens"]);
    }
}
