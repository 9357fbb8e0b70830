//! In the long run the stages from text to overlap, and to mentions of names as given, allocate nothing: what they need lies
//! in memory that is used again.

// Counting allocations takes an allocator of one's own, which is an unsafe trait; it hands everything on unchanged.
#![allow(unsafe_code)]
#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    fs,
    path::Path,
    sync::atomic::AtomicBool,
};

use onomast::{
    catalog::Gazetteer,
    extract::{self, Answer, Filter, Input, Options, Overlap, Scratch, Source},
    gazetteer::{CaseRule, Entity, Rule},
    index::{Form, Forms, GluedWords, Search},
    text::{Language, View, Words},
};

thread_local! {
    /// The allocations of this thread: other tests run beside it.
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count() {
    // A thread that ends may still allocate when its counter is gone.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to the system's allocator with what the caller gave; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the one asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is the one asked for.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise is the one asked for.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// How many rounds the memory has to grow to what the documents need.
const WARM: usize = 3;

/// How often the work allocated.
fn allocations(work: impl FnOnce()) -> usize {
    let before = COUNT.get();
    work();
    COUNT.get() - before
}

/// Documents of several languages and kinds, with the tag of the language.
fn documents() -> Vec<(&'static str, String)> {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/story.txt");
    let of = |tag, text: &str| (tag, text.repeat(20));
    vec![
        ("", fs::read_to_string(story).unwrap()),
        ("en", fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()),
        of("tr", "Türkiye'nin başkenti Ankara'dır; Erdoğan'ın İstanbul’daki konuşması Rusya'yı ve Çin'i kızdırdı. "),
        of("ru", "Президент России Владимир Путин прибыл в Китай, где встретился с Си Цзиньпином в Пекине. "),
        of("zh", "中国国家主席习近平在北京会见俄罗斯总统普京,双方讨论了乌克兰问题。"),
        of(
            "de",
            "Die Bundesregierung in Berlin, Rußlands Außenminister und die Ukraine-Politik der Vereinigten Staaten. ",
        ),
        of("ar", "قال الرئيس الروسي فلاديمير بوتين في موسكو إن الصين وروسيا والولايات المتحدة "),
        of(
            "",
            "ChinaRussia US-led U.S. J.R.R. Tolkien pro-\nRussian NATO's e\u{301}te\u{301} Hong_Kong proRussian O'Brien 3.14 ",
        ),
        of("fi", "Helsingissä ja Venäjällä Suomen presidentti tapasi Kiinan johtajan Moskovassa. "),
    ]
}

/// One with what scraping leaves of HTML.
fn scraped() -> (&'static str, String) {
    (
        "de",
        "Xi&nbsp;Jinping in M&uuml;nchen, &Aacute;.B. &amp; K&auml;fer O&#39;Brien&#x2019;s R&D &#20013;国 ".repeat(20),
    )
}

/// The starter gazetteer, and one whose names have hyphens, inflect and nest.
fn gazetteers() -> Vec<Gazetteer> {
    let names = ["China", "Rusya", "Россия", "Китай", "in-depth", "Hong Kong", "a", "a a", "Berlin", "中国", "O'Brien"];
    let entity = |(number, name): (usize, &&str)| Entity {
        id: number.to_string(),
        name: (*name).into(),
        case: CaseRule::Any,
        ..Entity::default()
    };
    let entities: Vec<_> = names.iter().enumerate().map(entity).collect();
    let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/starter.jsonl")).unwrap();
    let read = onomast::gazetteer::read(&bytes[..], onomast::gazetteer::Format::JsonLines).unwrap();
    let starter = Gazetteer::compile("starter", b"", read.entries.iter().map(|entry| &entry.entity)).unwrap();
    vec![starter, Gazetteer::compile("names", b"", &entities).unwrap()]
}

#[test]
fn reading_and_searching_allocate_nothing_in_the_long_run() {
    let (mut documents, gazetteers, never) = (documents(), gazetteers(), AtomicBool::new(false));
    documents.push(scraped());
    for gazetteer in &gazetteers {
        let (mut words, mut glued, mut search) = (Words::default(), GluedWords::default(), Search::default());
        for round in 0..WARM + 2 {
            let mut occurrences = 0;
            for (tag, text) in &documents {
                let reading = allocations(|| {
                    words.clear();
                    words.read(text);
                });
                let cutting = allocations(|| {
                    glued.clear();
                    glued.read(text, &words, 0);
                });
                let mut language = None;
                let naming = allocations(|| language = Some(Language::of(tag, &words)));
                let view = View { fields: ["", text], words: &words, border: 0 };
                let searching = allocations(|| {
                    search.run(gazetteer.segment(), view, &glued, language.unwrap(), Forms::EXACT, &never);
                });
                occurrences += search.occurrences().len();
                if round >= WARM {
                    let counts = [reading, cutting, naming, searching];
                    assert_eq!(counts, [0; 4], "words, glued words, language, search of {tag:?} {:.30}", text);
                }
            }
            assert!(occurrences > 0);
        }
    }
}

/// From raw text to mentions, overlap and offsets included, as names are given. Inflected names are compared word by word,
/// and what is left of HTML is taken out of what is written at a place, in memory of their own.
#[test]
fn extraction_of_names_as_given_allocates_nothing_in_the_long_run() {
    let (documents, gazetteers, never) = (documents(), gazetteers(), AtomicBool::new(false));
    for overlap in [Overlap::Longest, Overlap::Outermost, Overlap::All] {
        let options = Options {
            disabled: [Form::Short, Form::Derived, Form::Inflection].into_iter().collect(),
            disabled_rules: Rule::ALL.into_iter().collect(),
            overlap,
            ..Options::default()
        };
        for gazetteer in &gazetteers {
            let sources = [Source::new("test", gazetteer.segment(), 0)];
            let filter = Filter::new(&sources, &options);
            let (mut scratch, mut answer) = (Scratch::default(), Answer::default());
            let mut mentions = 0;
            for round in 0..WARM + 2 {
                for (tag, text) in &documents {
                    let input = Input { text, language: tag, ..Input::default() };
                    let count = allocations(|| {
                        extract::run(&sources, input, &options, &filter, &mut scratch, &mut answer, &never).unwrap();
                    });
                    mentions += answer.mentions.len();
                    assert!(
                        round < WARM || count == 0,
                        "{count}: {overlap:?}, {}, {tag:?} {:.30}",
                        gazetteer.name(),
                        text
                    );
                }
            }
            assert!(mentions > 0);
        }
    }
}
