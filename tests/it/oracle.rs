//! A naive matcher: every name is tried at every word, in every reading, by plain recursion. Quadratic and worse, and
//! written apart from the engine; it shares only the segmentation and folding of `text`.

use std::{collections::BTreeSet, ops::Range};

use onomast::text::{Gap, Seams, Shape, Span, Word, Words, fold};

/// An occurrence: start, end, number of the name.
pub(crate) type Hit = (u32, u32, usize);

const AFFIXES: [&str; 2] = ["pro", "anti"];
/// The endings behind an apostrophe that the random texts have.
const SUFFIXES: [&str; 2] = ["a", "in"];

struct Token {
    word: Word,
    folded: String,
    /// The ways to cut it.
    cuts: Vec<Cut>,
}

/// The parts of a glued word.
#[derive(Clone)]
struct Cut {
    /// Each part with its folded form, and which of the smallest parts it is made of.
    parts: Vec<(Span, String, std::ops::Range<usize>)>,
    /// The number of the cut among those that are not grouped.
    number: usize,
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
        let mut cuts = Vec::new();
        for parts in [&seams.before_capital, &seams.behind_capitals] {
            if word.shape.any(Shape::SEAM) && !parts.is_empty() && parts[..] != [word.span] {
                let part = |(at, part): (usize, &Span)| (*part, folded(part.of(text)), at..at + 1);
                cuts.push(Cut { parts: parts.iter().enumerate().map(part).collect(), number: cuts.len() });
            }
        }
        Token { word: *word, folded: folded(word.span.of(text)), cuts }
    };
    words.all().iter().map(token).collect()
}

/// Adds to each token its cuts with parts grouped that are one word of a name together, from the left the longest.
fn group(tokens: &mut [Token], vocabulary: &BTreeSet<String>) {
    for token in tokens {
        for cut in token.cuts.clone() {
            let (mut parts, mut from) = (Vec::new(), 0);
            while from < cut.parts.len() {
                let joined = |to: usize| cut.parts[from..to].iter().map(|part| part.1.as_str()).collect::<String>();
                let touching = |to: usize| cut.parts[from..to].windows(2).all(|pair| pair[0].0.end == pair[1].0.start);
                let known = |to: &usize| {
                    vocabulary.contains(&joined(*to)) && touching(*to) && !(from == 0 && *to == cut.parts.len())
                };
                let to = (from + 2..=cut.parts.len()).rev().find(known).unwrap_or(from + 1);
                let span = Span::new(cut.parts[from].0.start, cut.parts[to - 1].0.end);
                parts.push((span, joined(to), from..to));
                from = to;
            }
            if parts.len() < cut.parts.len() {
                token.cuts.push(Cut { parts, number: cut.number });
            }
        }
    }
}

/// Every occurrence of the names, which hold plain words, hyphens and apostrophes only.
pub(crate) fn find(text: &str, names: &[&str]) -> BTreeSet<Hit> {
    let mut tokens = tokens(text);
    let mut hits: Vec<(Hit, Needs)> = Vec::new();
    let name = |name: &&str| {
        let words = self::tokens(name);
        let tied = words.iter().map(|token| token.word.gap.is_tight()).collect();
        Name { words: words.into_iter().map(|token| token.folded).collect(), tied }
    };
    let names: Vec<Name> = names.iter().map(name).collect();
    let mut vocabulary: BTreeSet<String> = names.iter().flat_map(|name| name.words.clone()).collect();
    for name in &names {
        for from in 0..name.words.len() {
            let group = (from + 1..name.words.len()).take_while(|&next| name.tied[next]).count() + 1;
            let lone = |word: &String| word.len() == 1;
            let own = &name.words[from..from + group];
            let fits = !own.windows(3).any(|three| lone(&three[1]) && !lone(&three[0]) && !lone(&three[2]));
            let whole = group > 2 && !name.tied[from] && fits;
            let joins = [2].into_iter().filter(|_| group > 1).chain(whole.then_some(group));
            vocabulary.extend(joins.map(|used| name.words[from..from + used].concat()));
        }
    }
    group(&mut tokens, &vocabulary);
    for (number, name) in names.iter().enumerate().filter(|(_, name)| !name.words.is_empty()) {
        for first in 0..tokens.len() {
            let mut ends = Vec::new();
            follow(text, &tokens, name, first, 0, None, Needs::new(), &mut ends);
            hits.extend(ends.into_iter().map(|(start, end, needs)| ((start, end, number), needs)));
        }
    }
    // A glued word counts when every part is needed by a hit or is an affix.
    let needed: Needs = hits.iter().flat_map(|(_, needs)| needs.iter().copied()).collect();
    let whole = |&(token, cut, _): &(usize, usize, usize)| {
        let parts = &tokens[token].cuts[cut].parts;
        // `inDepth`: a space was lost.
        let capital = |part: &(Span, String, Range<usize>)| part.0.of(text).starts_with(char::is_uppercase);
        let glued = |part: usize| part == 0 && parts[0].1 == "in" && parts.get(1).is_some_and(capital);
        let affix = |part: usize| AFFIXES.contains(&parts[part].1.as_str()) || glued(part);
        (0..parts.len()).all(|part| needed.contains(&(token, cut, part)) || affix(part))
    };
    let hits: BTreeSet<Hit> =
        hits.into_iter().filter(|(_, needs)| needs.iter().all(whole)).map(|(hit, _)| hit).collect();
    // What reads `China's` as `Chinas` gives way to the possessive of `China`. No name has a word `s`.
    let gives_way = |&(start, end, _): &Hit| {
        let joined = |at: usize| tokens[at].folded == "s" && tokens[at].word.gap.any(Gap::APOSTROPHE);
        let last = tokens.iter().position(|token| token.word.span.end == end).filter(|&at| at > 0 && joined(at));
        last.is_some_and(|at| hits.iter().any(|other| (other.0, other.1) == (start, tokens[at - 1].word.span.end)))
    };
    hits.iter().filter(|hit| !gives_way(hit)).copied().collect()
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
                let long = tokens[next - 1].word.span.len() > 2;
                let ending = token.folded == "s" || long && SUFFIXES.contains(&token.folded.as_str());
                !token.word.gap.any(Gap::GLUED) || token.word.gap.any(Gap::APOSTROPHE) && ending
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
        let lone = |word: &String| word.len() == 1;
        let own = &name.words[at..at + group];
        let fits = !own.windows(3).any(|three| lone(&three[1]) && !lone(&three[0]) && !lone(&three[2]));
        let begins_group = !name.tied[at] && fits;
        for used in 2..=group {
            if (used == 2 || used == group && begins_group) && here.folded == name.words[at..at + used].concat() {
                go_on(token + 1, used, begin, span.end, &needs, ends);
            }
        }
        // A hyphen that the name lacks, or the printer's at the end of a line.
        if let Some(next) = tokens.get(token + 1) {
            let gap = next.word.gap;
            let joins = gap.is_tight() || gap.any(Gap::LINE_HYPHEN) && gap.is_free();
            let possessive = gap.any(Gap::APOSTROPHE) && next.folded == "s";
            let joins = joins && (!possessive || here.word.shape.any(Shape::CAPITALISED));
            if joins && format!("{}{}", here.folded, next.folded) == name.words[at] {
                go_on(token + 2, 1, begin, next.word.span.end, &needs, ends);
            }
        }
    }
    // Parts of a glued word.
    for Cut { parts: cut, number } in &here.cuts {
        let entries = if at == 0 { cut.len() } else { 1 };
        for entry in 0..entries {
            let Some(begin) = from(cut[entry].0.start) else { continue };
            let mut needs = needs.clone();
            for (used, (part, folded, smallest)) in cut[entry..].iter().enumerate() {
                if name.words.get(at + used) != Some(folded) {
                    break;
                }
                needs.extend(smallest.clone().map(|part| (token, *number, part)));
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
