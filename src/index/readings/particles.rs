//! Particles written on to a word (rule T2): `러시아는` holds `러시아`, `وروسيا` holds `روسيا`, `בישראל` holds `ישראל`.
//!
//! Must not know: other kinds of readings.

use super::{At, Reading, Readings};
use crate::{
    index::forms::Form,
    text::{Span, fold, past_marks},
};

/// Korean particles that may be written on to a name; the longer ones are combinations.
const KOREAN: [&str; 103] = [
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "로",
    "와",
    "과",
    "도",
    "만",
    "나",
    "에서",
    "에게",
    "한테",
    "으로",
    "로서",
    "로써",
    "까지",
    "부터",
    "처럼",
    "보다",
    "마저",
    "조차",
    "이나",
    "이란",
    "라고",
    "라는",
    "과의",
    "와의",
    "에는",
    "에도",
    "로는",
    "로의",
    "와는",
    "과는",
    "와도",
    "과도",
    "만이",
    "만은",
    "하고",
    "이며",
    "이고",
    "이다",
    "에서는",
    "에서도",
    "에서의",
    "에게서",
    "으로서",
    "으로써",
    "으로의",
    "이라고",
    "이라는",
    "까지는",
    "까지의",
    "부터는",
    "부터의",
    "으로는",
    "로부터",
    "에게는",
    "한테서",
    "으로부터",
    "인",
    "군",
    "측",
    "씨",
    "등",
    "뿐",
    "며",
    "마다",
    "밖에",
    "께서",
    "에선",
    "이자",
    "지만",
    "라도",
    "만의",
    "였다",
    "로도",
    "라며",
    "라면",
    "에게도",
    "이라며",
    "이라면",
    "이었다",
    "이지만",
    "이라도",
    "으로도",
    "뿐만",
    "에서만",
    "에서부터",
    "군이",
    "군은",
    "군의",
    "군을",
    "군과",
    "측이",
    "측은",
    "측과",
    "측의",
    "측에",
];

/// What Arabic writes on to the beginning of a name: conjunctions, prepositions and the article.
const ARABIC: [&str; 17] =
    ["ال", "ب", "بال", "ف", "فال", "فب", "ك", "كال", "ل", "لل", "و", "وال", "وب", "وبال", "وك", "ول", "ولل"];
/// What Hebrew writes on to the beginning of a name.
const HEBREW: [&str; 18] =
    ["ב", "ה", "ו", "וב", "וה", "וכ", "ול", "ומ", "וש", "כ", "כש", "ל", "מ", "מה", "ש", "שב", "שה", "של"];
/// The Arabic article, and what is left of it behind the preposition `l`.
const ARTICLE: &str = "ال";
const WITH_L: &str = "لل";
/// What draws a letter out.
const TATWEEL: char = '\u{0640}';
/// The shortest name behind a prefix, in letters, and the shortest first word of a name of more words.
const MIN_PREFIXED: usize = 3;
const MIN_PREFIXED_WORD: usize = 2;
/// The shortest name before a Korean particle, in syllables; the last word of a name of more words may have one.
const MIN_SYLLABLES: usize = 2;
/// The same before what is written on to names of countries, which ends other words, too.
const MIN_SUFFIXED: usize = 3;

/// How many Hangul syllables a text has, whole or decomposed.
fn syllables(text: &str) -> usize {
    text.chars().filter(|c| matches!(c, '\u{1100}'..='\u{115F}' | '\u{AC00}'..='\u{D7AF}')).count()
}

/// The particles as texts write them: first whole, then decomposed.
#[derive(Debug)]
pub(super) struct Particles {
    korean: Vec<String>,
}

impl Default for Particles {
    fn default() -> Self {
        let decomposed = |particle: &&str| {
            let mut folded = Vec::new();
            fold(particle, &mut folded);
            String::from_utf8(folded).unwrap_or_default()
        };
        let whole = KOREAN.iter().map(|&particle| particle.to_owned());
        Self { korean: whole.chain(KOREAN.iter().map(decomposed)).collect() }
    }
}

impl Readings {
    /// `러시아는`: a word with a Korean particle, without it.
    pub(super) fn particle(&mut self, at: &At<'_>) {
        let written = at.view.word(at.index);
        let whole = written.ends_with(|c| matches!(c, '\u{AC00}'..='\u{D7A3}'));
        let particles = if whole { 0..KOREAN.len() } else { KOREAN.len()..self.particles.korean.len() };
        for which in particles {
            let stem = written
                .strip_suffix(self.particles.korean[which].as_str())
                .map(|stem| (stem, syllables(stem)))
                .filter(|&(_, syllables)| syllables > 0);
            let Some((stem, syllables)) = stem else { continue };
            self.folded.clear();
            fold(stem, &mut self.folded);
            if let Some(record) = at.find(&self.folded) {
                let span = Span::new(at.word.span.start, at.word.span.start + stem.len() as u32);
                // `러시아군`, but not `부여군`.
                let suffix = KOREAN[which % KOREAN.len()].starts_with(['군', '인', '측']);
                let longer = syllables < if suffix { MIN_SUFFIXED } else { MIN_SYLLABLES };
                let reading = Reading { last: true, longer, ..Reading::of(Form::Particle) };
                self.push(reading, std::iter::once(at.step(record, span)));
            }
        }
    }

    /// `وروسيا`, `בישראל`: a word with an Arabic or Hebrew prefix, without it.
    pub(super) fn prefixes(&mut self, at: &At<'_>) {
        let written = at.view.word(at.index);
        let hebrew = written.starts_with(|first| matches!(first, '\u{590}'..='\u{5FF}'));
        let prefixes: &[&str] = if hebrew { &HEBREW } else { &ARABIC };
        for prefix in prefixes {
            let Some(rest) = written.strip_prefix(prefix) else { continue };
            let letters = rest.chars().take(MIN_PREFIXED).count();
            if letters < MIN_PREFIXED_WORD {
                continue;
            }
            // Behind `l` the article loses its alef: a name that has it is found as well.
            for article in [Some(""), prefix.ends_with(WITH_L).then_some(ARTICLE)].into_iter().flatten() {
                self.folded.clear();
                self.folded.extend_from_slice(article.as_bytes());
                fold(rest, &mut self.folded);
                if let Some(record) = at.find(&self.folded) {
                    let start = at.word.span.start + prefix.len() as u32;
                    // A mark of the prefix belongs to it, and so does what draws it out (`لـرويترز`).
                    let text = at.view.fields[at.view.field(at.index)];
                    let start = past_marks(text, start as usize);
                    let drawn = text[start..].len() - text[start..].trim_start_matches(TATWEEL).len();
                    let start = (start + drawn) as u32;
                    let longer = letters < MIN_PREFIXED;
                    let reading = Reading { first: true, longer, ..Reading::of(Form::Particle) };
                    self.push(reading, std::iter::once(at.step(record, Span::new(start, at.word.span.end))));
                }
            }
        }
    }
}
