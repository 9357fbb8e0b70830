//! Text of strangers made safe for a page: nothing of it is ever markup, script, or reorders what stands around it.
//!
//! What cannot be seen is shown: control characters and the characters that turn the direction of text have no effect
//! and a visible sign in their place. Must not know: what the page looks like.

use std::fmt::Write as _;

use super::super::is_hidden;

/// Appends text for the body of the page. `\n` stays, `\r\n` is one line break.
pub(super) fn text(out: &mut String, text: &str) {
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' if characters.peek() == Some(&'\n') => {}
            _ if is_hidden(c) => {
                // Writing to a string does not fail.
                let _ = write!(out, "<i class=\"x\" title=\"U+{:04X}\">{}</i>", c as u32, sign(c));
            }
            _ => push(out, c),
        }
    }
}

/// Appends text for an attribute in double quotes, or for one line of the body.
pub(super) fn line(out: &mut String, text: &str) {
    plain(text).chars().for_each(|c| push(out, c));
}

/// Text for a string of the page's data: without what would act where it is shown.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_hidden(c) { '\u{FFFD}' } else { c }).collect()
}

/// JSON for the inside of a script element, which it cannot end.
pub(super) fn json(value: &serde_json::Value) -> String {
    let json = value.to_string();
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            // In JSON these stand only in strings.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(safe, "\\u{:04x}", c as u32);
            }
            c => safe.push(c),
        }
    }
    safe
}

fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c => out.push(c),
    }
}

/// What stands for a hidden character: the picture of a control character, else one sign for all.
fn sign(c: char) -> char {
    match c as u32 {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{FFFD}'),
        0x7F => '\u{2421}',
        _ => '\u{FFFD}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(given: &str) -> String {
        let mut out = String::new();
        text(&mut out, given);
        out
    }

    #[test]
    fn nothing_is_markup() {
        assert_eq!(of("</script><!-- & \"'"), "&lt;/script&gt;&lt;!-- &amp; &quot;&#39;");
        assert_eq!(json(&serde_json::json!("</script><!--\u{2028}")), r#""\u003c/script\u003e\u003c!--\u2028""#);
    }

    #[test]
    fn what_is_hidden_is_shown() {
        assert_eq!(of("a\0b"), "a<i class=\"x\" title=\"U+0000\">\u{2400}</i>b");
        assert_eq!(
            of("\u{202E}x\r\ny\rz\tw\n"),
            "<i class=\"x\" title=\"U+202E\">\u{FFFD}</i>x\ny<i class=\"x\" title=\"U+000D\">\u{240D}</i>z\tw\n"
        );
        assert_eq!(plain("a\u{1B}[2J\u{2067}\n"), "a\u{FFFD}[2J\u{FFFD}\u{FFFD}");
    }
}
