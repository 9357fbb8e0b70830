//! A naive matcher: every name is tried at every word, in every reading, by plain recursion. Quadratic and worse, and
//! written apart from the engine; it shares only the segmentation and folding of `text`.

use std::collections::BTreeSet;

use onomast::text::{Gap, Seams, Shape, Span, Word, Words, fold};

/// An occurrence: start, end, number of the name.
pub(crate) type Hit = (u32, u32, usize);

const AFFIXES: [&str; 2] = ["pro", "anti"];

struct Token {
    word: Word,
    folded: String,
    /// The ways to cut it, each with the folded parts.
    cuts: Vec<Vec<(Span, String)>>,
}

/// Parts of glued words that an occurrence needs: (token, cut, part).
type Needs = BTreeSet<(usize, usize, usize)>;

struct Name {
    words: Vec<String>,
    /// For each word, whether a hyphen or apostrophe ties it to the word before.
    tied: Vec<bool>,
}

fn folded(text: &str) -> String {
    let mut out = Vec::new();
    fold(text, &mut out);
    String::from_utf8(out).unwrap()
}

fn tokens(text: &str) -> Vec<Token> {
    let mut words = Words::default();
    words.read(text);
    let token = |word: &Word| {
        let mut seams = Seams::default();
        seams.cut(text, word.span);
        let parts = |parts: &[Span]| parts.iter().map(|part| (*part, folded(part.of(text)))).collect::<Vec<_>>();
        let whole = |cut: &Vec<(Span, String)>| cut.is_empty() || cut.len() == 1 && cut[0].0 == word.span;
        let cuts = [parts(&seams.before_capital), parts(&seams.behind_capitals)];
        let cuts = if word.shape.any(Shape::SEAM) { cuts.into_iter().filter(|cut| !whole(cut)).collect() } else { vec![] };
        Token { word: *word, folded: folded(word.span.of(text)), cuts }
    };
    words.all().iter().map(token).collect()
}

/// Every occurrence of the names, which hold plain words, hyphens and apostrophes only.
pub(crate) fn find(text: &str, names: &[&str]) -> BTreeSet<Hit> {
    let tokens = tokens(text);
    let mut hits: Vec<(Hit, Needs)> = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let words = self::tokens(name);
        let tied = words.iter().map(|token| token.word.gap.is_tight()).collect();
        let name = Name { words: words.into_iter().map(|token| token.folded).collect(), tied };
        if name.words.is_empty() {
            continue;
        }
        for first in 0..tokens.len() {
            let mut ends = Vec::new();
            follow(text, &tokens, &name, first, 0, None, Needs::new(), &mut ends);
            hits.extend(ends.into_iter().map(|(start, end, needs)| ((start, end, number), needs)));
        }
    }
    // A glued word counts when every part is needed by a hit or is an affix.
    let needed: Needs = hits.iter().flat_map(|(_, needs)| needs.iter().copied()).collect();
    let whole = |&(token, cut, _): &(usize, usize, usize)| {
        let parts = &tokens[token].cuts[cut];
        (0..parts.len()).all(|part| {
            needed.contains(&(token, cut, part)) || AFFIXES.contains(&parts[part].1.as_str())
        })
    };
    hits.into_iter().filter(|(_, needs)| needs.iter().all(whole)).map(|(hit, _)| hit).collect()
}

/// Goes on with the name from word `at` of it and token `token` of the text.
#[allow(clippy::too_many_arguments)]
fn follow(
    text: &str,
    tokens: &[Token],
    name: &Name,
    token: usize,
    at: usize,
    start: Option<u32>,
    needs: Needs,
    ends: &mut Vec<(u32, u32, Needs)>,
) {
    let Some(here) = tokens.get(token) else { return };
    if at > 0 && !here.word.gap.is_free() {
        return;
    }
    let glued = here.word.gap.any(Gap::GLUED);
    let from = |inner: u32| (start.is_some() || !glued || inner > here.word.span.start).then(|| start.unwrap_or(inner));
    let go_on = |next: usize, used: usize, begin: u32, end: u32, needs: &Needs, ends: &mut Vec<_>| {
        if at + used == name.words.len() {
            let open = tokens.get(next).is_none_or(|token| {
                !token.word.gap.any(Gap::GLUED) || token.word.gap.any(Gap::APOSTROPHE) && token.folded == "s"
            });
            if open {
                ends.push((begin, end, needs.clone()));
            }
        } else {
            follow(text, tokens, name, next, at + used, Some(begin), needs.clone(), ends);
        }
    };
    let span = here.word.span;
    if let Some(begin) = from(span.start) {
        // As it is written.
        if here.folded == name.words[at] {
            go_on(token + 1, 1, begin, span.end, &needs, ends);
        }
        // A plural, of the last word.
        let capitals = span.of(text).strip_suffix('s').is_some_and(|stem| !stem.contains(char::is_lowercase));
        let stem = here.folded.strip_suffix('s').filter(|stem| stem.len() > 2 || capitals && stem.len() > 1);
        if at + 1 == name.words.len() && stem == Some(&name.words[at]) {
            go_on(token + 1, 1, begin, span.end, &needs, ends);
        }
        // A hyphen that the text lacks: two tied words, or a whole group of them.
        let group = (at + 1..name.words.len()).take_while(|&next| name.tied[next]).count() + 1;
        let begins_group = !name.tied[at];
        for used in 2..=group {
            if (used == 2 || used == group && begins_group) && here.folded == name.words[at..at + used].concat() {
                go_on(token + 1, used, begin, span.end, &needs, ends);
            }
        }
        // A hyphen that the name lacks, or the printer's at the end of a line.
        if let Some(next) = tokens.get(token + 1) {
            let gap = next.word.gap;
            let joins = gap.is_tight() || gap.any(Gap::LINE_HYPHEN) && gap.is_free();
            if joins && format!("{}{}", here.folded, next.folded) == name.words[at] {
                go_on(token + 2, 1, begin, next.word.span.end, &needs, ends);
            }
        }
    }
    // Parts of a glued word.
    for (number, cut) in here.cuts.iter().enumerate() {
        let entries = if at == 0 { cut.len() } else { 1 };
        for entry in 0..entries {
            let Some(begin) = from(cut[entry].0.start) else { continue };
            let mut needs = needs.clone();
            for (used, (part, folded)) in cut[entry..].iter().enumerate() {
                if name.words.get(at + used) != Some(folded) {
                    break;
                }
                needs.insert((token, number, entry + used));
                let last_part = entry + used + 1 == cut.len();
                if at + used + 1 == name.words.len() && part.end < span.end {
                    // Inside the word nothing can glue on.
                    ends.push((begin, part.end, needs.clone()));
                } else if last_part {
                    go_on(token + 1, used + 1, begin, part.end, &needs, ends);
                }
            }
        }
    }
}
