//! Cutting a glued word into parts at its seams (rule T6).
//!
//! A seam stands where a lower-case letter meets a capital, letters meet digits, a run of capitals meets a word, or a
//! connector such as `_` stands. Words of code (`formula_1`) have none. After a run of capitals two cuts are possible,
//! `US|China` and `US|led`; both are given. Whether the parts mean anything is not decided here.

use super::{
    Span,
    chars::{Class, class},
};

/// The most parts of a glued word; a word of more parts is not cut.
pub const MAX_PARTS: usize = 16;

/// The ways to cut one word.
#[derive(Debug, Default)]
pub struct Seams {
    /// The parts when cut before the last capital of a run that lower-case letters follow: `US|China`.
    pub before_capital: Vec<Span>,
    /// The parts when cut behind such a run: `US|led`. Empty where it is the same.
    pub behind_capitals: Vec<Span>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Connector,
}

impl Seams {
    /// Cuts the word at `span`; whether it has no more than [`MAX_PARTS`] parts. Linear in the length of the word.
    pub fn cut(&mut self, text: &str, span: Span) -> bool {
        if is_identifier(span.of(text)) {
            self.before_capital.clear();
            self.behind_capitals.clear();
            return true;
        }
        cut(text, span, false, &mut self.before_capital);
        cut(text, span, true, &mut self.behind_capitals);
        if self.before_capital.len().max(self.behind_capitals.len()) > MAX_PARTS {
            self.before_capital.clear();
            self.behind_capitals.clear();
            return false;
        }
        if self.behind_capitals == self.before_capital {
            self.behind_capitals.clear();
        }
        true
    }
}

/// Whether a word is written as code writes names: `formula_1`, with connectors and only small letters.
fn is_identifier(word: &str) -> bool {
    let connected = word.contains(|c| class(c) == Class::Connector);
    connected && word.contains(char::is_lowercase) && !word.contains(char::is_uppercase)
}

fn kind(c: char) -> Option<Kind> {
    match class(c) {
        Class::Letter if c.is_uppercase() => Some(Kind::Upper),
        Class::Letter => Some(Kind::Lower),
        Class::Digit => Some(Kind::Digit),
        Class::Connector => Some(Kind::Connector),
        _ => None,
    }
}

fn cut(text: &str, span: Span, behind_capitals: bool, parts: &mut Vec<Span>) {
    parts.clear();
    let mut start = span.start;
    let mut previous: Option<(u32, Kind)> = None;
    // The start of a run of capitals that may have to give its last one to the next part.
    let mut run = 0;
    for (offset, c) in span.of(text).char_indices() {
        let at = span.start + offset as u32;
        let Some(kind) = kind(c) else { continue };
        if let Some((last, before)) = previous {
            let boundary = match (before, kind) {
                (Kind::Upper, Kind::Lower) if run > 1 => Some(if behind_capitals { at } else { last }),
                (Kind::Upper, Kind::Lower) => None,
                _ if before != kind => Some(at),
                _ => None,
            };
            if let Some(boundary) = boundary.filter(|&boundary| boundary > start) {
                if before != Kind::Connector {
                    parts.push(Span::new(start, boundary));
                }
                start = boundary;
            }
        }
        run = if kind == Kind::Upper { run + 1 } else { 0 };
        previous = Some((at, kind));
        if parts.len() > MAX_PARTS {
            return;
        }
    }
    if previous.is_some_and(|(_, kind)| kind != Kind::Connector) {
        parts.push(Span::new(start, span.end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts() {
        let mut seams = Seams::default();
        let mut check = |word: &str, before: &[&str], behind: &[&str]| {
            seams.cut(word, Span::new(0, word.len() as u32));
            let texts = |parts: &[Span]| parts.iter().map(|part| part.of(word).to_owned()).collect::<Vec<_>>();
            assert_eq!(texts(&seams.before_capital), before, "{word}");
            assert_eq!(texts(&seams.behind_capitals), behind, "{word}");
        };
        check("ChinaRussia", &["China", "Russia"], &[]);
        check("oneChina", &["one", "China"], &[]);
        check("USChina", &["US", "China"], &["USC", "hina"]);
        check("USled", &["U", "Sled"], &["US", "led"]);
        check("COVID19", &["COVID", "19"], &[]);
        check("_Hong_Kong", &["Hong", "Kong"], &[]);
        check("McDonald", &["Mc", "Donald"], &[]);
        check("ÉtatsUnis", &["États", "Unis"], &[]);
        check("Xi", &["Xi"], &[]);
    }
}
