//! The sections of a segment file: each has a number, which files hold, and a name for people.
//!
//! A number never changes its meaning while the format stays.
//!
//! Must not know: what lies in a section.

use std::fmt;

macro_rules! sections {
    ($($name:ident = $number:literal $what:literal)*) => {
        /// A part of a segment file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Section { $(#[doc = $what] $name = $number),* }

        impl Section {
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            fn what(self) -> &'static str {
                match self { $(Self::$name => $what),* }
            }
        }
    };
}

sections! {
    Header = 0 "header and table"
    Facts = 1 "facts"
    Version = 2 "name of the version"
    Slots = 3 "words"
    Filter = 4 "filter of words"
    LongEnds = 5 "ends of long words"
    LongBytes = 6 "long words"
    Nodes = 7 "nodes"
    Roots = 8 "first transitions"
    Transitions = 9 "transitions"
    Joins = 10 "joined words"
    JoinWords = 11 "sequences of joined words"
    Names = 12 "names"
    Texts = 13 "texts of names"
    Manners = 14 "manners of names"
    Entities = 15 "entities"
    IdBlocks = 16 "blocks of ids"
    Ids = 17 "ids"
    LinkEnds = 18 "ends of links"
    Related = 19 "related entities"
    HasAttribute = 20 "attributes of entities"
    Context = 21 "expected words"
    TypeEnds = 22 "ends of types"
    Types = 23 "types"
    AttributeEnds = 24 "ends of attributes"
    Attributes = 25 "attributes"
    AttributeCounts = 26 "counts of attributes"
    LanguageEnds = 27 "ends of languages"
    Languages = 28 "languages"
    Deep = 29 "nodes of many words"
    Priors = 30 "priors of names"
    TransitionFilter = 31 "filter of transitions"
    JoinBlocks = 32 "blocks of joined words"
    AbsentEnds = 33 "ends of ids that no entity has"
    Absent = 34 "ids that no entity has"
    NameBlocks = 35 "blocks of names"
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what())
    }
}
