//! Pages of lists: how many items one has, and the token that says where the next one begins.
//!
//! A token holds all that is needed to go on, so that nothing is kept between two pages. Those of entities name the
//! version, so that all pages are of one.
//!
//! Must not know: what is listed.

use super::convert::{is_name, number};
use crate::{catalog::Revision, service::Violation};

/// How many items a page has where nothing is said, and at the most.
const PAGE: (u32, u32) = (100, 1000);

/// How many items a page has.
pub(super) fn size(asked: u32, wrong: &mut Vec<Violation>) -> usize {
    let (default, most) = PAGE;
    if asked > most {
        wrong.push(Violation::invalid("page_size", format!("{asked} is more than {most}")));
    }
    if asked == 0 { default as usize } else { asked as usize }
}

/// Cuts items, of which one more than a page was asked for, to a page; gives the token of the next, which is empty where
/// there is none.
pub(super) fn cut<T>(items: &mut Vec<T>, size: usize, token: impl FnOnce(&T) -> String) -> String {
    let more = items.len() > size;
    items.truncate(size);
    items.last().filter(|_| more).map_or_else(String::new, token)
}

/// The token of the page behind an entity of a version.
pub(super) fn token_of(version: &str, id: &str) -> String {
    format!("{version} {id}")
}

/// The version that a page of entities is of, and the id that it begins behind: what the token says, which must fit what
/// is asked for beside it. `kept` tells whether the gazetteer is one of the database.
pub(super) fn begin<'a>(token: &'a str, version: String, kept: bool, wrong: &mut Vec<Violation>) -> (String, &'a str) {
    if token.is_empty() {
        return (version, "");
    }
    let (of, after) = token.split_once(' ').unwrap_or_default();
    let never = kept && (number(of).is_none() || after.contains('\0'));
    if never || of.is_empty() || !version.is_empty() && version != of {
        wrong.push(wrong_token());
    }
    (of.to_owned(), after)
}

/// The version that a page of versions begins before: what the token says.
pub(super) fn before(token: &str, wrong: &mut Vec<Violation>) -> Revision {
    let number = number(token);
    if number.is_none() && !token.is_empty() {
        wrong.push(wrong_token());
    }
    number.unwrap_or(Revision::MAX)
}

/// Looks at the name that a page of gazetteers begins behind. The gazetteer may be gone; what was given as a file stays
/// there, whatever its name, and `exists`.
pub(super) fn behind(token: &str, exists: impl FnOnce(&str) -> bool, wrong: &mut Vec<Violation>) {
    if !token.is_empty() && !is_name(token) && !exists(token) {
        wrong.push(wrong_token());
    }
}

/// A page token that is none of ours.
fn wrong_token() -> Violation {
    Violation::invalid("page_token", "it is not a token that this call gave")
}
