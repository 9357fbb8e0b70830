//! Pages of lists: how many items one has, and the token that says where the next one begins.
//!
//! A token holds all that is needed to go on, so that nothing is kept between two pages. Those of entities name the
//! version, so that all pages are of one.
//!
//! Must not know: what is listed.

use crate::{
    catalog::Revision,
    service::{Error, Violation},
};

/// How many items a page has where nothing is said, and at the most.
const PAGE: (u32, u32) = (100, 1000);

/// How many items a page has.
pub(super) fn size(asked: u32) -> Result<usize, Error> {
    let (default, most) = PAGE;
    match asked {
        0 => Ok(default as usize),
        size if size <= most => Ok(size as usize),
        size => {
            let message = format!("{size} is more than {most}");
            Err(Error::Invalid(vec![Violation::invalid("page_size", message)]))
        }
    }
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
pub(super) fn begin(token: &str, version: String, kept: bool) -> Result<(String, &str), Error> {
    if token.is_empty() {
        return Ok((version, ""));
    }
    let (of, after) = token.split_once(' ').ok_or_else(wrong_token)?;
    let never = kept && (of.parse::<Revision>().is_err() || after.contains('\0'));
    if never || of.is_empty() || !version.is_empty() && version != of {
        return Err(wrong_token());
    }
    Ok((of.to_owned(), after))
}

/// A page token that is none of ours.
pub(super) fn wrong_token() -> Error {
    Error::Invalid(vec![Violation::invalid("page_token", "it is not a token that this call gave")])
}
