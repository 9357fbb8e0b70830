//! Segmentation of a text into words, folded as they are read (rules T2, T3 and T5).
//!
//! Words are those of UAX #29 with these differences, which `docs/matching.md` gives reasons for: an apostrophe or a
//! period inside a word is a gap that is marked as glued; a letter of a script written without spaces is a word; a run
//! of Katakana is a word; `U.S.` is one word; `++` and `#` belong to the word before them; `&` is a word.
//!
//! Invariants: spans ascend, do not overlap, lie on character boundaries, and no word ends before a combining mark.
//!
//! Must not know: what a character between words says (`between`).

use super::{
    Gap, Shape, Span, WordKey,
    ascii::{ENDS, Eight, FLAGS},
    between::Between,
    chars::{Class, class, is_variation_selector},
    references::{Characters, begins, reference},
    words::{Folded, Word, Words},
};

/// Reads the words of one text.
pub(super) struct Reader<'t, 'o> {
    text: &'t str,
    bytes: &'t [u8],
    out: &'o mut Words,
    between: Between,
    /// No word of this text was read yet.
    first: bool,
}

impl<'t, 'o> Reader<'t, 'o> {
    /// One that appends to `out`; `gap` is what stands before the first word.
    pub(super) fn new(text: &'t str, gap: Gap, out: &'o mut Words) -> Self {
        Self { text, bytes: text.as_bytes(), out, between: Between::new(gap), first: true }
    }

    /// Reads all of it.
    pub(super) fn run(mut self) {
        let mut at = 0;
        while at < self.bytes.len() {
            let byte = self.bytes[at];
            at = if FLAGS[byte as usize] != 0 {
                let next = self.plain_words(at);
                if next == at { self.ascii_word(at) } else { next }
            } else if byte == b' ' {
                self.between.further_space();
                at + 1
            } else {
                self.other(at)
            };
        }
    }

    /// Reads a character that begins no ASCII word; returns where to go on.
    fn other(&mut self, at: usize) -> usize {
        let Some(mut c) = self.text[at..].chars().next() else { return self.bytes.len() };
        let mut next = at + c.len_utf8();
        if begins(c)
            && let Some((meant, length)) = reference(&self.text[at..])
        {
            self.out.refers = true;
            (c, next) = (meant, at + length);
        }
        match class(c) {
            Class::Letter | Class::Digit | Class::Connector => self.wide_word(at, at),
            Class::Single | Class::Katakana => self.unspaced_word(at, c, next),
            Class::Ampersand => {
                self.word(Span::new(at as u32, next as u32), Shape::default(), Folded::No);
                next
            }
            kind => {
                let touches = self.previous().is_some_and(|word| word.span.end as usize == at);
                self.between.note(c, kind, touches);
                next
            }
        }
    }

    /// Reads words of up to fifteen ASCII letters with single spaces between them, as most of a text is, and returns where
    /// to go on: at the first character that is neither, or at the beginning of a word of another kind. Behind each word
    /// stands an ASCII character that settles where it ends; a period behind a single letter does not.
    fn plain_words(&mut self, mut at: usize) -> usize {
        while let Some(nine) = self.bytes.get(at..).and_then(|bytes| bytes.first_chunk::<9>())
            && let [eight @ .., _] = *nine
            && let eight = Eight::of(eight)
            && let length = eight.letters()
            && length > 0
        {
            let mut end = at + length;
            let mut next = nine[length];
            if length < 8 && ENDS[next as usize] && (length > 1 || next != b'.') {
                let shape = eight.shape(None);
                let key = WordKey::inline(eight.lower_case(), length);
                self.short_word(Span::new(at as u32, end as u32), shape, key);
            } else if length == 8
                && let Some(behind) = self.bytes.get(end..).and_then(|bytes| bytes.first_chunk::<9>())
                && let [more @ .., _] = *behind
                && let more = Eight::of(more)
                && more.letters() < 8
                && ENDS[behind[more.letters()] as usize]
            {
                next = behind[more.letters()];
                end += more.letters();
                let shape = eight.shape(Some(more));
                let folded = Folded::Two([eight.lower_case(), more.lower_case()]);
                self.word(Span::new(at as u32, end as u32), shape, folded);
            } else {
                break;
            }
            if next != b' ' {
                return end;
            }
            self.between.space();
            at = end + 1;
        }
        at
    }

    /// Reads a word that begins with an ASCII letter, digit or connector, of any length and with anything behind it.
    fn ascii_word(&mut self, start: usize) -> usize {
        let mut at = start;
        let (mut all, mut rest) = (0, 0);
        let mut key: u64 = 0;
        loop {
            // What is longer than its key is read eight letters at once.
            while at - start >= WordKey::INLINE
                && let Some(eight) = self.bytes.get(at..at + 8).and_then(|bytes| bytes.first_chunk())
                && let eight = Eight::of(*eight)
                && eight.letters() > 0
            {
                let flags = eight.flags();
                (all, rest) = (all | flags, rest | flags);
                at += eight.letters();
            }
            while let Some(&byte) = self.bytes.get(at) {
                let flags = FLAGS[byte as usize];
                if flags == 0 {
                    break;
                }
                if at - start < WordKey::INLINE {
                    key |= u64::from(byte | (flags & 2) << 4) << (8 * (at - start));
                }
                rest |= if at > start { flags } else { 0 };
                all |= flags;
                at += 1;
            }
            match self.bytes.get(at) {
                Some(&byte @ (b'.' | b',')) if self.joins_number(at) => {
                    if at - start < WordKey::INLINE {
                        key |= u64::from(byte) << (8 * (at - start));
                    }
                    at += 1;
                }
                Some(128.. | b'&' | b'\\') if self.continues(at) => return self.wide_word(start, at),
                _ => break,
            }
        }
        let mut shape = Shape::of_flags(all, rest);
        if FLAGS[self.bytes[start] as usize] == 2 {
            shape.add(Shape::CAPITALISED);
        }
        if matches!(self.bytes[at - 1], b's' | b'S') {
            shape.add(Shape::S);
        }
        let mut plain = true;
        if at - start == 1 && all & 3 != 0 {
            shape.add(Shape::LETTER);
            if let Some(end) = self.dotted_end(at) {
                shape.add(Shape::DOTTED);
                at = end;
                plain = false;
                self.add_cases(&mut shape, start, end);
            }
        }
        let suffix = self.suffix_end(at);
        plain &= suffix == at;
        at = suffix;
        let length = at - start;
        let folded = match plain {
            true if length <= WordKey::INLINE => Folded::Inline(WordKey::inline(key, length)),
            true => Folded::Ascii,
            false => Folded::No,
        };
        self.word(Span::new(start as u32, at as u32), shape, folded);
        at
    }

    fn add_cases(&self, shape: &mut Shape, start: usize, end: usize) {
        for (_, c, _) in Characters::from(&self.text[..end], start) {
            if c.is_uppercase() {
                shape.add(Shape::UPPER);
            } else if c.is_lowercase() {
                shape.add(Shape::LOWER);
            }
        }
    }

    /// Whether the period or comma at `at` stands between two digits.
    fn joins_number(&self, at: usize) -> bool {
        at > 0 && self.bytes[at - 1].is_ascii_digit() && self.bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    }

    /// Whether the character at `at`, which is not ASCII or a reference, goes on with the word before it.
    fn continues(&self, at: usize) -> bool {
        let goes_on = |c| matches!(class(c), Class::Letter | Class::Digit | Class::Connector | Class::Mark);
        Characters::from(self.text, at)
            .map(|(_, c, _)| c)
            .find(|&c| class(c) != Class::Ignorable || is_variation_selector(c))
            .is_some_and(|c| goes_on(c) || is_variation_selector(c))
    }

    /// Reads on, at `from`, a word that began at `start`, by the Unicode properties of its characters.
    fn wide_word(&mut self, start: usize, from: usize) -> usize {
        let (mut all, mut rest) = (0, 0);
        let mut end = from;
        let mut last = '\0';
        let (mut umlaut, mut letters, mut marks, mut refers) = (false, 0, 0, false);
        let mut characters = Characters::from(self.text, start).peekable();
        while let Some((at, c, next)) = characters.next() {
            let referred = next - at != c.len_utf8();
            let flags = match class(c) {
                Class::Letter if c.is_lowercase() => 1,
                Class::Letter if c.is_uppercase() => 2,
                Class::Letter | Class::Mark => 0,
                Class::Digit => 4,
                Class::Connector => 8,
                Class::Ignorable => {
                    refers |= referred;
                    if is_variation_selector(c) {
                        end = next;
                    }
                    continue;
                }
                Class::Period | Class::Comma
                    if class(last) == Class::Digit
                        && characters.peek().is_some_and(|&(_, c, _)| class(c) == Class::Digit) =>
                {
                    0
                }
                _ => break,
            };
            rest |= if at > start { flags } else { 0 };
            all |= flags;
            let mark = class(c) == Class::Mark;
            (letters, marks) = (letters + u32::from(!mark), marks + u32::from(mark));
            umlaut |= matches!(c, 'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' | '\u{308}');
            refers |= referred;
            last = c;
            end = next;
        }
        let first = Characters::from(self.text, start).next().map_or('\0', |(_, c, _)| c);
        let mut shape = Shape::of_flags(all, rest);
        if refers {
            // Where parts were glued is looked for in letters as they stand.
            self.out.refers = true;
            shape = shape.without(Shape::SEAM);
        }
        if first.is_uppercase() {
            shape.add(Shape::CAPITALISED);
        }
        if last == 's' || last == 'S' {
            shape.add(Shape::S);
        }
        if matches!(last, '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7AF}') {
            shape.add(Shape::HANGUL);
        }
        // Greek and Cyrillic, with their marks and their extended letters.
        if matches!(last, '\u{300}'..='\u{52F}' | '\u{1F00}'..='\u{1FFF}') {
            shape.add(Shape::INFLECTED);
        }
        if matches!(first, '\u{5D0}'..='\u{5F4}' | '\u{620}'..='\u{6FF}' | '\u{750}'..='\u{77F}') {
            shape.add(Shape::PREFIXED);
        }
        if umlaut {
            shape.add(Shape::UMLAUT);
        }
        // A letter with diacritics is one letter, decomposed or not (rule T3).
        let cased = first.is_uppercase() || first.is_lowercase();
        if letters == 1 && (cased || marks == 0) && class(first) == Class::Letter {
            shape.add(Shape::LETTER);
            if let Some(dotted) = self.dotted_end(end) {
                shape.add(Shape::DOTTED);
                self.add_cases(&mut shape, start, dotted);
                end = dotted;
            }
        }
        end = self.suffix_end(end);
        self.word(Span::new(start as u32, end as u32), shape, Folded::No);
        end
    }

    /// Reads a letter of a script without spaces that ends at `end`, or a run of Katakana.
    fn unspaced_word(&mut self, start: usize, first: char, mut end: usize) -> usize {
        let katakana = class(first) == Class::Katakana;
        for (at, c, next) in Characters::from(self.text, end) {
            self.out.refers |= next - at != c.len_utf8();
            match class(c) {
                Class::Mark => {}
                Class::Ignorable if !is_variation_selector(c) => continue,
                Class::Ignorable => {}
                Class::Katakana if katakana || c == 'ー' || c == 'ｰ' => {}
                _ => break,
            }
            end = next;
        }
        self.word(Span::new(start as u32, end as u32), Shape::default(), Folded::No);
        end
    }

    /// Where an abbreviation such as `U.S.` ends, when the single letter before `at` begins one.
    fn dotted_end(&self, at: usize) -> Option<usize> {
        // Behind most single letters stands a space, or a period and a space.
        let [b'.', next, ..] = self.bytes[at..] else { return None };
        if next.is_ascii() && !next.is_ascii_alphabetic() {
            return None;
        }
        let mut end = at;
        let mut letters = 1;
        let is_cased = |c: char| c.is_uppercase() || c.is_lowercase();
        let first = self.text[..at].chars().rfind(|&c| class(c) != Class::Mark);
        loop {
            let mut chars = self.text[end..].chars();
            if chars.next() != Some('.') {
                break;
            }
            // `U.S.의`: letters without case go on only behind their like.
            let goes_on =
                |c: &char| class(*c) == Class::Letter && (is_cased(*c) || first.is_some_and(|c| !is_cased(c)));
            let Some(letter) = chars.next().filter(goes_on) else {
                end += 1;
                break;
            };
            let cased = is_cased(letter);
            let past = end + 1 + letter.len_utf8();
            let past = if cased { past_marks(self.text, past) } else { past };
            let next = self.text[past..].chars().next();
            if next.is_some_and(|c| matches!(class(c), Class::Letter | Class::Digit | Class::Mark)) {
                end += 1;
                break;
            }
            (letters, end) = (letters + 1, past);
        }
        (letters > 1).then(|| past_marks(self.text, end))
    }

    /// Where the word that ends at `at` ends when the symbols behind it belong to it: `C++`, `C#` (rule T5).
    #[inline]
    fn suffix_end(&self, at: usize) -> usize {
        match self.bytes.get(at) {
            Some(b'+' | b'#' | 128..) => {}
            _ => return at,
        }
        let Some(symbol) = self.text[at..].chars().next().filter(|&c| class(c) == Class::Suffix) else { return at };
        // A reference is one to a letter, mostly, and ends as nothing else does.
        let last = self.text[..at].chars().rfind(|&c| class(c) != Class::Mark);
        let letter = last.is_some_and(|c| c == ';' || class(c) == Class::Letter);
        let run = self.text[at..].chars().take_while(|&c| c == symbol).count();
        let end = at + run * symbol.len_utf8();
        let open = match self.text[end..].chars().next().map(class) {
            Some(Class::Digit) => run == 2,
            Some(Class::Letter | Class::Connector) => false,
            _ => true,
        };
        if letter && run <= 2 && open { past_marks(self.text, end) } else { at }
    }

    /// Appends a word and begins a new gap.
    fn word(&mut self, span: Span, shape: Shape, folded: Folded) {
        let gap = self.gap_before(span, shape);
        if self.out.push(self.text, span, gap, shape, folded) {
            self.begin_gap();
        }
    }

    /// The same for a word whose key is all of it, as most are.
    #[inline]
    fn short_word(&mut self, span: Span, shape: Shape, key: WordKey) {
        let gap = self.gap_before(span, shape);
        self.out.push_short(span, key, gap, shape);
        self.begin_gap();
    }

    #[inline(always)]
    fn gap_before(&self, span: Span, shape: Shape) -> Gap {
        if !self.between.needs_words() {
            return self.between.gap();
        }
        match self.previous() {
            Some(previous) => self.between.judge(self.text, previous, span, shape),
            None => self.between.settled(shape),
        }
    }

    #[inline]
    fn begin_gap(&mut self) {
        self.between = Between::default();
        self.first = false;
    }

    /// The word before, if this text has one.
    fn previous(&self) -> Option<&Word> {
        self.out.all().last().filter(|_| !self.first)
    }
}

/// Where the combining marks at `at` end; `at` itself where there are none (rule T1).
pub fn past_marks(text: &str, at: usize) -> usize {
    if text.as_bytes().get(at).is_none_or(u8::is_ascii) {
        return at;
    }
    let joined = |c: char| class(c) == Class::Mark || is_variation_selector(c) || c == '\u{200D}';
    text[at..].chars().take_while(|&c| joined(c)).fold(at, |at, c| at + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut words = Words::default();
        words.read(text);
        words.all().iter().map(|word| word.span.of(text)).collect()
    }

    #[test]
    fn segmentation() {
        for (text, expected) in [
            ("Xi, Putin show", vec!["Xi", "Putin", "show"]),
            ("the U.S. said", vec!["the", "U.S.", "said"]),
            ("in the U.S.A and e.g. D.C.", vec!["in", "the", "U.S.A", "and", "e.g.", "D.C."]),
            ("J.R.R. Tolkien J. Biden J.Biden", vec!["J.R.R.", "Tolkien", "J", "Biden", "J", "Biden"]),
            ("C++ C# C, C++11 a+b x#y", vec!["C++", "C#", "C", "C++", "11", "a", "b", "x", "y"]),
            ("AT&T", vec!["AT", "&", "T"]),
            ("3.14 and 1,000.", vec!["3.14", "and", "1,000"]),
            ("foo_bar can't", vec!["foo_bar", "can", "t"]),
            ("华为mate60手机", vec!["华", "为", "mate60", "手", "机"]),
            ("ウラジーミル・プーチン大統領", vec!["ウラジーミル", "プーチン", "大", "統", "領"]),
            ("ประเทศไทย", vec!["ป", "ร", "ะ", "เ", "ท", "ศ", "ไ", "ท", "ย"]),
            ("กำ", vec!["กำ"]),
            ("러시아는 e\u{301}te\u{301}", vec!["러시아는", "e\u{301}te\u{301}"]),
            ("Chi\u{AD}na\u{200B} x", vec!["Chi\u{AD}na", "x"]),
            ("С.Ш.А. Россия", vec!["С.Ш.А.", "Россия"]),
            ("", vec![]),
            ("\u{301}\u{200B} ...", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        /// The end of a text, where no eight bytes are left, is read letter by letter; elsewhere eight at once are.
        #[test]
        fn words_are_read_alike_wherever_they_stand(word in "[a-zA-Z0-9_+#.,é-]{1,12}") {
            let read = |text: &str| {
                let mut words = Words::default();
                words.read(text);
                let of = |word: &Word| (word.span, word.key, word.shape, words.folded(word, &mut [0; 8]).to_vec());
                words.all().iter().map(of).collect::<Vec<_>>()
            };
            proptest::prop_assert_eq!(read(&word), read(&format!("{word}        ")));
        }
    }
}
