//! What lies in a stretch of words: a gap that not all names may cross, a word that may be a capital.
//!
//! Names nest, and hundreds of words may lie in each: the words that one place has in common with the place before it are
//! not looked at again.
//!
//! Must not know: names.

use crate::text::View;

/// So few words are looked at each time.
const FEW: usize = 4;

/// What was seen in the words from one to another.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    first: usize,
    /// The word behind the last.
    end: usize,
    /// The number behind that of the last word that lies behind a gap which not all names may cross; zero where none does.
    crossed: usize,
    /// The number behind that of the last word that may be a capital; zero where none may.
    capital: usize,
}

impl Stretch {
    /// Whether nothing stands between the words from `first` to `last` that only some names may cross, and whether one of
    /// them may be a capital.
    #[inline]
    pub(super) fn look(&mut self, view: View<'_>, first: usize, last: usize) -> (bool, bool) {
        let words = &view.all()[first..=last];
        if words.len() > FEW {
            return self.look_along(view, first, last);
        }
        let free = words[1..].iter().all(|word| word.gap.is_free());
        (free, words.iter().any(|word| word.shape.may_be_capital()))
    }

    /// Does so looking at each word once, where places come in the order of their last words.
    fn look_along(&mut self, view: View<'_>, first: usize, last: usize) -> (bool, bool) {
        let words = view.all();
        if first >= self.end || last + 1 < self.end {
            *self = Self { first: last + 1, end: last + 1, crossed: 0, capital: 0 };
        }
        for (at, word) in (self.end..).zip(&words[self.end..=last]) {
            self.crossed = if word.gap.is_free() { self.crossed } else { at + 1 };
            self.capital = if word.shape.may_be_capital() { at + 1 } else { self.capital };
        }
        self.end = last + 1;
        while self.first > first {
            let (at, word) = (self.first, &words[self.first - 1]);
            self.crossed = if self.crossed > 0 || word.gap.is_free() { self.crossed } else { at };
            self.capital = if self.capital == 0 && word.shape.may_be_capital() { at } else { self.capital };
            self.first -= 1;
        }
        (self.crossed <= first + 1, self.capital > first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Words;

    #[test]
    fn what_is_seen_is_what_is_there() {
        let text = "a b. c D e (f) g h i, J k l m. n O p";
        let mut words = Words::default();
        words.read(text);
        let view = View { fields: ["", text], words: &words, border: 0 };
        let all = words.all();
        let mut numbers = 7_usize;
        let mut stretch = Stretch::default();
        let mut before = 0;
        for _ in 0..2000 {
            numbers = numbers.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            let (one, other) = (numbers >> 40, numbers >> 50);
            let last = if one % 5 == 0 { one % all.len() } else { (before + one % 2) % all.len() };
            let first = last.saturating_sub(other % all.len());
            before = last;
            let free = all[first + 1..=last].iter().all(|word| word.gap.is_free());
            let capital = all[first..=last].iter().any(|word| word.shape.may_be_capital());
            assert_eq!(stretch.look(view, first, last), (free, capital), "{first} to {last}");
        }
    }
}
