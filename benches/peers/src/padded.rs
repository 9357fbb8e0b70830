//! Text as peers without words need it: lower-cased, with nothing but letters and digits, and a space on either side of
//! each word, so that what begins and ends with a space begins and ends with a word.

/// A text so written, and the way back.
#[derive(Default)]
pub(crate) struct Padded {
    bytes: Vec<u8>,
    len: usize,
    words: Vec<Word>,
}

struct Word {
    /// Where it begins in what was written.
    at: u32,
    /// Where it lies in the raw text.
    start: u32,
    end: u32,
}

/// What an ASCII byte is written as; zero for a separator.
const LOWER: [u8; 128] = {
    let mut table = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    table
};

impl Padded {
    /// Writes the text anew. Two words are two spaces apart, so that names side by side are both found.
    pub(crate) fn read(&mut self, text: &str) {
        let most = 3 * text.len() + 3;
        if self.bytes.len() < most {
            self.bytes.resize(most, 0);
        }
        self.words.clear();
        let (raw, out) = (text.as_bytes(), &mut self.bytes[..]);
        out[0] = b' ';
        let (mut at, mut len) = (0, 1);
        while at < raw.len() {
            let (start, begin) = (at, len);
            let mut behind = at;
            while behind < raw.len() {
                if let Some(&byte) = LOWER.get(raw[behind] as usize) {
                    if byte == 0 {
                        break;
                    }
                    out[len] = byte;
                    len += 1;
                    behind += 1;
                    continue;
                }
                let Some(letter) = text[behind..].chars().next().filter(|letter| letter.is_alphanumeric()) else {
                    break;
                };
                for lower in letter.to_lowercase() {
                    len += lower.encode_utf8(&mut out[len..]).len();
                }
                behind += letter.len_utf8();
            }
            if len == begin {
                // A separator.
                at += if raw[at] < 128 { 1 } else { text[at..].chars().next().map_or(1, char::len_utf8) };
                continue;
            }
            self.words.push(Word { at: begin as u32, start: start as u32, end: behind as u32 });
            out[len] = b' ';
            out[len + 1] = b' ';
            len += 2;
            at = behind;
        }
        self.len = len;
    }

    /// What was written.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("only letters were written")
    }

    /// The same, for who needs no more than bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Takes matches from left to right, spaces not included, back to the raw text.
    pub(crate) fn way_back(&self) -> impl FnMut(usize, usize) -> (u32, u32) {
        let mut word = 0;
        move |start, end| {
            while (self.words[word].at as usize) < start {
                word += 1;
            }
            let start = self.words[word].start;
            while self.words.get(word + 1).is_some_and(|next| (next.at as usize) < end) {
                word += 1;
            }
            (start, self.words[word].end)
        }
    }

    /// A name so written, with a space on either side; nothing where it has no words.
    pub(crate) fn name(&mut self, name: &str) -> Option<String> {
        self.read(name);
        (!self.words.is_empty()).then(|| self.text()[..self.len - 1].to_owned())
    }
}
