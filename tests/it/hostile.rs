//! Gazetteers and texts made to hurt (rule M5): the bounds hold, and what they cut is said.

use std::sync::atomic::AtomicBool;

use onomast::{
    catalog::Gazetteer,
    extract::{self, Answer, Filter, Input, Options, Overlap, Scratch, Source},
    gazetteer::{Alias, CaseRule, Entity},
    index::{Compiler, Engine},
    service::proto,
};

use crate::surfaces;

fn entity(id: usize, name: String, kind: &str) -> Entity {
    Entity { id: format!("{id:06}"), name, kind: kind.into(), case: CaseRule::Any, ..Entity::default() }
}

fn extract(entities: &[Entity], overlap: Overlap, text: &str) -> proto::ExtractResponse {
    let gazetteer = Gazetteer::compile("hostile", b"", entities).unwrap();
    let options = Options { overlap, ..Options::default() };
    let document = proto::Document { text: text.into(), ..Default::default() };
    surfaces::library(gazetteer, &options, &document)
}

fn cut(answer: &proto::ExtractResponse) -> Vec<&str> {
    answer.truncations.iter().map(|cut| cut.limit.as_str()).collect()
}

#[test]
fn nested_names_are_reported_up_to_a_depth() {
    let names: Vec<_> = (1..=200).map(|length| entity(length, vec!["a"; length].join(" "), "")).collect();
    let answer = extract(&names, Overlap::All, &"a ".repeat(2000));
    assert_eq!(cut(&answer), ["nested_names"]);
    // At each word the longest come first; the first 64 words have no more than that many.
    assert_eq!(answer.mentions.iter().filter(|mention| mention.end == Some(2 * 200 - 1)).count(), 64);
    let longest = extract(&names, Overlap::Longest, &"a ".repeat(2000));
    assert_eq!(longest.mentions.len(), 10);
    assert!(longest.mentions.iter().all(|mention| mention.text.len() == 399));
}

#[test]
fn nested_names_take_no_memory_without_end() {
    let names: Vec<_> = (1..=64).map(|length| entity(length, vec!["a"; length].join(" "), "")).collect();
    let words = 10_000;
    let answer = extract(&names, Overlap::All, &"a ".repeat(words));
    assert_eq!(cut(&answer), ["nested_names"]);
    assert!((1 << 14..(1 << 14) + 2 * words).contains(&answer.mentions.len()), "{}", answer.mentions.len());
    // The longest is always there.
    let at_the_end = answer.mentions.iter().filter(|mention| mention.end == Some(2 * words as u32 - 1));
    assert_eq!(at_the_end.map(|mention| mention.text.len()).max(), Some(2 * 64 - 1));
}

#[test]
fn candidates_take_no_memory_without_end() {
    let mut names: Vec<_> = (0..100).map(|number| entity(number, "Foo".into(), "")).collect();
    names[99].prior = Some(0.9);
    for (piece, words) in [("Foo ", 1), ("Foo x x x ", 4)] {
        let places = 8000;
        let answer = extract(&names, Overlap::Longest, &piece.repeat(places));
        assert_eq!(answer.mentions.len(), places);
        assert_eq!(cut(&answer), ["candidates"]);
        // A mention with one candidate, which it links to, lists none.
        let others: usize = answer.mentions.iter().map(|mention| mention.candidates.len().saturating_sub(1)).sum();
        let bound = (1 << 15) + words * places;
        assert!((bound - 100..bound + 100).contains(&others), "{others} of {bound}");
        for mention in [&answer.mentions[0], answer.mentions.last().unwrap()] {
            assert_eq!(mention.entity.as_ref().unwrap().id, "000099");
        }
    }
}

#[test]
fn thousands_of_one_name_are_a_hundred_candidates() {
    let mut names: Vec<_> = (0..3000).map(|number| entity(number, "Foo".into(), "")).collect();
    names[2999].prior = Some(0.9);
    let answer = extract(&names, Overlap::Longest, &"Foo. ".repeat(50));
    assert_eq!(answer.mentions.len(), 50);
    assert_eq!(cut(&answer), ["candidates"]);
    for mention in &answer.mentions {
        assert_eq!(mention.candidates.len(), 100);
        assert_eq!(mention.entity.as_ref().unwrap().id, "002999");
    }
}

#[test]
fn of_thousands_of_one_name_those_that_are_gone_do_not_count() {
    let names: Vec<_> = (0..3000).map(|number| entity(number, "Foo".into(), "")).collect();
    let cases: [(std::ops::Range<usize>, usize); 6] =
        [(0..1, 2899), (2999..3000, 2899), (0..2800, 100), (0..2900, 0), (50..3000, 0), (0..3000, 0)];
    for (gone, dropped) in cases {
        let gazetteer = Gazetteer::compile("hostile", b"", &names).unwrap();
        let gone_ids: Vec<_> = names[gone.clone()].iter().map(|entity| entity.id.as_str()).collect();
        let layered = gazetteer.with_changes([], gone_ids).unwrap();
        let document = proto::Document { text: "Foo. ".repeat(50), ..Default::default() };
        let answer = surfaces::library(layered, &Options::default(), &document);
        let cuts: Vec<_> = answer.truncations.iter().map(|cut| (cut.limit.as_str(), cut.dropped as usize)).collect();
        assert_eq!(cuts, if dropped > 0 { vec![("candidates", 50 * dropped)] } else { vec![] }, "{gone:?}");
        let left = names.iter().enumerate().filter(|(number, _)| !gone.contains(number));
        let expected: Vec<_> = left.take(100).map(|(_, entity)| &entity.id).collect();
        assert_eq!(answer.mentions.len(), if expected.is_empty() { 0 } else { 50 });
        for mention in &answer.mentions {
            let found: Vec<_> = mention.candidates.iter().filter_map(|one| Some(&one.entity.as_ref()?.id)).collect();
            assert_eq!(found, expected, "{gone:?}");
        }
    }
}

/// Every way to write so many letters `b` with hyphens, with something behind it.
fn hyphenated_in_every_way(letters: usize, behind: &str) -> Vec<Entity> {
    let spelling = |number: usize| {
        let hyphen = |at: usize| if number >> at & 1 == 1 { "-b" } else { "b" };
        "b".to_owned() + &(0..letters - 1).map(hyphen).collect::<String>() + behind
    };
    (0..1 << (letters - 1)).map(|number| entity(number, spelling(number), "")).collect()
}

#[test]
fn a_word_hyphenated_in_every_way_is_read_in_a_few() {
    let answer = extract(&hyphenated_in_every_way(13, ""), Overlap::Longest, &("b".repeat(13) + " ").repeat(300));
    assert_eq!(answer.mentions.len(), 300);
    assert!(cut(&answer).is_empty());
    assert!(answer.mentions.iter().all(|mention| mention.candidates.len() == 17));
}

#[test]
fn readings_that_make_too_many_names_are_not_taken_any_more() {
    let words = 4000;
    let answer = extract(&hyphenated_in_every_way(13, ""), Overlap::Longest, &("b".repeat(13) + " ").repeat(words));
    assert_eq!(cut(&answer), ["readings"]);
    // As it is written it is found to the end.
    assert_eq!(answer.mentions.len(), words);
    assert_eq!(answer.mentions[0].candidates.len(), 17);
    // With 17 names a word, so many come before there are too many; no reading is taken any more behind that.
    let with_readings = answer.mentions.iter().take_while(|mention| mention.candidates.len() == 17).count();
    let others = answer.mentions.iter().filter(|mention| mention.candidates.len() > 1).count();
    assert_eq!((with_readings, others), (1093, 1093));
    let last = &answer.mentions[words - 1];
    assert_eq!(last.entity.as_ref().unwrap().id, "000000");
    assert!(last.candidates.is_empty());
}

#[test]
fn readings_are_taken_again_behind_what_used_them_up() {
    // Each is begun in 16 ways, none of which becomes a name.
    let names = hyphenated_in_every_way(13, " z");
    let (word, name) = ("b".repeat(13), "bbbbbbbbbbbbb z");
    let used_up = (word + " ").repeat(2000);
    let count = |text: String| {
        let answer = extract(&names[1..], Overlap::Longest, &text);
        (answer.mentions.len(), cut(&answer).join(", "))
    };
    assert_eq!(count(name.into()), (1, String::new()));
    assert_eq!(count(format!("{used_up}{name}")), (0, "readings".into()));
    assert_eq!(count(format!("{used_up}{}{name}", "x ".repeat(40_000))), (1, "readings".into()));
}

#[test]
fn a_hyphen_behind_what_leads_nowhere_uses_up_no_readings() {
    let spelling = |number: usize| {
        let hyphen = |(at, letter): (usize, char)| {
            let hyphen = if at > 0 && number >> (at - 1) & 1 == 1 { "-" } else { "" };
            format!("{hyphen}{letter}")
        };
        "Port ".to_owned() + &"abcdef".chars().enumerate().map(hyphen).collect::<String>()
    };
    let names: Vec<_> = (1..31).map(|number| entity(number, spelling(number), "")).collect();
    // In English, so that no word may be a compound.
    let text = "the and they with this which ".repeat(8) + &"abcdef-x ".repeat(4000) + "Port abcdef";
    assert_eq!(found_by_both(&names, &[&text]), [(1, vec![])]);
}

#[test]
fn a_reading_goes_on_a_bounded_number_of_beginnings() {
    // The beginnings that end in `ö`: as many as it was read, and the first word of `ö ue`.
    let names = [("ü ö ".repeat(20) + "zz"), "ö ue".into(), "ue".into()];
    let names: Vec<_> = names.into_iter().enumerate().map(|(id, name)| entity(id, name, "")).collect();
    let found = |read: usize| {
        let answer = extract(&names, Overlap::Longest, &("ü ö ".repeat(read) + "ü"));
        let last = answer.mentions.last().unwrap();
        (last.entity.as_ref().map(|entity| entity.id.clone()), cut(&answer).join(", "))
    };
    let name = |number: usize| Some(names[number].id.clone());
    assert_eq!(found(16), (name(1), String::new()));
    assert_eq!(found(17), (name(2), "readings".into()));
}

#[test]
fn long_names_are_judged_up_to_a_number_of_words() {
    let long = vec!["ж"; 1000].join(" ");
    let names = [entity(0, long, ""), entity(1, "y ж".into(), "")];
    let all = |text: &str| extract(&names, Overlap::All, &format!("{}y ж", text.repeat(20_000)));
    let found = |answer: &proto::ExtractResponse, start: &str| {
        answer.mentions.iter().filter(|one| one.text.starts_with(start)).count()
    };
    // What is written as the name is seen at once; in other capitals, each word is compared: those of the first places, and one
    // for each word read.
    assert_eq!((cut(&all("ж ")), found(&all("ж "), "ж")), (vec![], 19_001));
    let answer = all("Ж ");
    assert_eq!(cut(&answer), ["nested_names"]);
    assert!((16..40).contains(&found(&answer, "Ж")), "{}", found(&answer, "Ж"));
    assert_eq!(found(&answer, "y"), 1);
}

/// What either automaton finds in texts one behind the other: with memory that is used again, which must be what is found
/// without.
fn found_by_both(entities: &[Entity], texts: &[&str]) -> Vec<(usize, Vec<&'static str>)> {
    let found_by = |engine| {
        let mut compiler = Compiler::with_engine(engine);
        entities.iter().for_each(|entity| compiler.add(entity));
        let segment = compiler.finish().unwrap();
        let (sources, options) = ([Source::new("hostile", &segment, 0)], Options::default());
        let filter = Filter::new(&sources, &options);
        let extract = |text: &str, scratch: &mut Scratch| {
            let (input, mut answer) = (Input { text, ..Input::default() }, Answer::default());
            let never = AtomicBool::new(false);
            extract::run(&sources, input, &options, &filter, scratch, &mut answer, &never).unwrap();
            let cuts = answer.cuts.iter().map(|cut| cut.limit).collect();
            ((answer.mentions.len(), cuts), format!("{answer:?}"))
        };
        let mut used = Scratch::default();
        let answer = |&text: &&'_ str| {
            let (found, shown) = extract(text, &mut used);
            assert!(shown == extract(text, &mut Scratch::default()).1);
            (found, shown)
        };
        texts.iter().map(answer).collect::<Vec<_>>()
    };
    let [one, other] = [Engine::Bytewise, Engine::Wordwise].map(found_by);
    assert!(one == other);
    one.into_iter().map(|(found, _)| found).collect()
}

#[test]
fn both_automata_follow_as_many_readings() {
    let text = ("b".repeat(10) + " ").repeat(100);
    assert_eq!(found_by_both(&hyphenated_in_every_way(10, ""), &[&text]), [(100, vec![])]);
}

#[test]
fn what_was_read_before_uses_up_no_readings() {
    // Many words that stand for 16 sequences each, of which none comes to anything.
    let letter = |digit: char| char::from(digit as u8 - b'0' + b'a');
    let word = |number: usize| "w".chars().chain(format!("{number:04}").chars().map(letter)).collect::<String>();
    let mut names = vec!["Port Sa-id".to_owned()];
    for number in 0..1500 {
        let letters: Vec<_> = word(number).chars().collect();
        names.extend((1..1 << (letters.len() - 1)).map(|hyphens: usize| {
            let hyphen = |at: usize| if at > 0 && hyphens >> (at - 1) & 1 == 1 { "-" } else { "" };
            let written: String =
                letters.iter().enumerate().map(|(at, letter)| format!("{}{letter}", hyphen(at))).collect();
            format!("q {written}")
        }));
    }
    let names: Vec<_> = names.into_iter().enumerate().map(|(id, name)| entity(id, name, "")).collect();
    let text = (0..1500).map(|number| word(number) + " ").collect::<String>() + "Port said";
    assert_eq!(found_by_both(&names, &[&text, &text]), [(1, vec![]), (1, vec![])]);

    // What is known to lead nowhere is cut off as well where there is too much.
    let mut names: Vec<_> = (1..=64).map(|length| entity(length, vec!["q"; length].join(" "), "")).collect();
    names.push(entity(0, "Port Sa-id".into(), ""));
    let text = "q ".repeat(10_000) + "x said";
    let found = found_by_both(&names, &["x said", &text]);
    assert_eq!(found, [(0, vec![]), (156, vec!["readings", "nested_names"])]);
}

#[test]
fn what_one_layer_has_leaves_the_other_its_candidates() {
    let namesakes = [entity(0, "Foo".into(), ""), entity(3, "Foo".into(), "")];
    let gazetteer = Gazetteer::compile("hostile", b"", &namesakes).unwrap();
    let come = [entity(1, "Bar".into(), ""), entity(2, "Bar".into(), "")];
    let layered = gazetteer.with_changes(&come, []).unwrap();
    let document = proto::Document { text: "Bar ".to_owned() + &"Foo ".repeat(40_000), ..Default::default() };
    let answer = surfaces::library(layered, &Options::default(), &document);
    assert!(cut(&answer).is_empty());
    assert_eq!(answer.mentions[0].candidates.len(), 2);
}

#[test]
fn a_crowd_of_one_surname_is_told_apart_by_nearness() {
    let persons: Vec<_> = (0..2000).map(|number| entity(number, format!("A{number}x Smith"), "person")).collect();
    let text: String = (0..2000)
        .map(|number| format!("A{number}x Smith spoke, said Smith, and that was all there was to it. "))
        .collect();
    let answer = extract(&persons, Overlap::Longest, &text);
    assert_eq!(answer.mentions.len(), 4000);
    for pair in answer.mentions.chunks(2) {
        assert_eq!(pair[0].entity, pair[1].entity);
        assert!(pair[1].candidates.len() <= 16);
    }
}

#[test]
fn long_runs_of_one_kind_end() {
    let names: Vec<_> = ["a", "U.S.", "China", "Russia", "a a", "as"]
        .iter()
        .enumerate()
        .map(|(at, name)| entity(at, (*name).into(), "person"))
        .collect();
    for piece in [
        "a ",
        "a",
        "'",
        ".",
        "-",
        "\u{200B}",
        "\u{301}",
        "U.S.",
        "as as ",
        "ChinaRussia",
        "A-",
        "러시아는 ",
        "😀",
        "\u{202E}",
        "_a",
        "a.b",
    ] {
        let text = piece.repeat(20_000);
        for overlap in [Overlap::Longest, Overlap::All] {
            let answer = extract(&names, overlap, &text);
            assert!(answer.mentions.iter().all(|mention| mention.start < mention.end));
        }
    }
}

#[test]
fn namesakes_with_long_lists_cost_no_more_than_a_few() {
    const NAMESAKES: usize = 150;
    const LISTED: usize = 400;
    let id = |number: usize| format!("{number:06}");
    let mut names: Vec<_> = (0..NAMESAKES).map(|number| entity(number, "Foo".into(), "")).collect();
    for (number, name) in names.iter_mut().enumerate() {
        name.related = (0..LISTED).map(|other| id(1000 + other)).collect();
        name.context = (0..LISTED).map(|word| format!("w{word}")).collect();
        name.attributes = (0..LISTED).map(|key| (format!("k{key}"), format!("{}", number % 40))).collect();
    }
    names.extend((0..LISTED).map(|number| entity(1000 + number, format!("Bar{number}"), "")));
    let listed: String = (0..LISTED).map(|number| format!("w{number} Bar{number}, ")).collect();
    let answer = extract(&names, Overlap::Longest, &format!("{listed}{}", "Foo. ".repeat(2000)));
    assert_eq!(answer.mentions.len(), LISTED + 2000);
    assert!(answer.mentions.iter().all(|mention| mention.entity.is_some()));
}

#[test]
fn a_language_beyond_those_that_have_numbers_is_no_other() {
    let alias = |text: &str, language: usize| Alias { language_code: format!("l{language}"), ..Alias::plain(text) };
    let mut names: Vec<_> = (0..3).map(|number| entity(number, format!("Name {number}"), "")).collect();
    names[0].aliases = (0..300).map(|language| alias(&format!("Alias {language}"), language)).collect();
    // 300 is 44 beyond what eight bits tell.
    names[1].aliases = vec![alias("Foobar", 43)];
    names[2].aliases = vec![alias("Foobar", 299)];
    for (language, expected) in [("l43", "000001"), ("l299", "000002"), ("l300", "000002")] {
        let document =
            proto::Document { text: "They met Foobar.".into(), language_code: language.into(), ..Default::default() };
        let gazetteer = Gazetteer::compile("hostile", b"", &names).unwrap();
        let answer = surfaces::library(gazetteer, &Options::default(), &document);
        assert_eq!(answer.mentions[0].entity.as_ref().unwrap().id, expected, "{language}");
    }
}
