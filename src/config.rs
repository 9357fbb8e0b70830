//! Settings, and where each of them came from: defaults < a TOML file < the environment < flags.
//!
//! Every component declares its own options; this module only composes them. A key is the path of a field, such as
//! `limits.document_bytes`; its environment variable is `ONOMAST_LIMITS_DOCUMENT_BYTES`. The keys are those of the
//! defaults, so that a key that is not among them is an error that names it and its file.
//!
//! Only `cli` may know this module.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml::{Table, Value};

use crate::{catalog, service, telemetry};

/// The prefix of every environment variable that is a setting.
pub const PREFIX: &str = "ONOMAST_";
/// The environment variable that names the file; not a setting itself.
pub const CONFIG_VARIABLE: &str = "ONOMAST_CONFIG";
/// The environment variable that names the server that the command line speaks to.
pub const SERVER_VARIABLE: &str = "ONOMAST_SERVER";
/// The environment variable with the token that it shows there.
pub const TOKEN_VARIABLE: &str = "ONOMAST_TOKEN";

/// What is said of a value whose password is not shown.
const HIDDEN: &str = "; *** stands for the password: put it there before you use this";

/// The largest value of a setting that is a duration, in whatever unit: a hundred years of seconds. The moment at its end
/// can always be told.
const LONGEST: i64 = 100 * 365 * 24 * 3600;
/// How the names of such settings end.
const UNITS: [&str; 3] = ["_seconds", "_milliseconds", "_hours"];

/// Variables of ours that are no settings of the server.
const OTHERS: [&str; 3] = [CONFIG_VARIABLE, SERVER_VARIABLE, TOKEN_VARIABLE];

/// Every setting.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How the server runs.
    pub server: service::Options,
    /// The certificates of the server.
    pub tls: service::TlsOptions,
    /// Who may call.
    pub access: service::AccessOptions,
    /// What each client may use; one of the access file may have a quota of its own.
    pub quota: service::Quota,
    /// What a client may ask for at the most.
    pub limits: service::Limits,
    /// Which gazetteers to load.
    pub gazetteers: catalog::Options,
    /// What is logged, and how.
    pub log: telemetry::Options,
    /// Where metrics and spans are sent to.
    pub telemetry: telemetry::ExportOptions,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is the default.
    Default,
    /// A file has it.
    File(PathBuf),
    /// An environment variable has it.
    Environment(String),
    /// A flag has it.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// Why there are no settings.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {error}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{}: {message}", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// What is wrong, with the place.
        message: String,
    },
    /// A value is not Unicode.
    #[error("{origin}: the value is not Unicode (UTF-8)")]
    NotUnicode {
        /// Where it stands.
        origin: Origin,
    },
    /// A key is not a setting.
    #[error("{origin}: unknown setting {key}{}", hint.as_ref().map(|hint| format!("; did you mean {hint}?")).unwrap_or_default())]
    UnknownKey {
        /// Where it stands.
        origin: Origin,
        /// The key.
        key: String,
        /// A setting of a similar name.
        hint: Option<String>,
    },
    /// A value does not fit its setting.
    #[error("{origin}: the setting {key} {message}")]
    Value {
        /// Where it stands.
        origin: Origin,
        /// The setting.
        key: String,
        /// What is wrong with the value.
        message: String,
    },
}

/// Settings with the origin of each.
#[derive(Debug)]
pub struct Config {
    settings: Settings,
    values: BTreeMap<String, (Value, Origin)>,
}

impl Config {
    /// Composes the settings. `flags` are (key, value, name of the flag); later ones win. A string is read as the
    /// setting asks for.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (String, Value, String)>,
    ) -> Result<Self, ConfigError> {
        // Options are plain values, so that they always have a TOML form.
        let defaults = Table::try_from(Settings::default()).unwrap_or_default();
        let mut values = BTreeMap::new();
        flatten("", &defaults, &mut |key, value| {
            values.insert(key, (value.clone(), Origin::Default));
        });
        let mut config = Self { settings: Settings::default(), values };
        if let Some(file) = file {
            config.read_file(file)?;
        }
        let variable = |key: &str| format!("{PREFIX}{}", key.replace('.', "_").to_uppercase());
        for (name, value) in environment {
            if !name.starts_with(PREFIX) || OTHERS.contains(&&*name) {
                continue;
            }
            let origin = Origin::Environment(name.clone());
            let key = config.values.keys().find(|key| variable(key) == name).cloned();
            let key = key.ok_or_else(|| ConfigError::UnknownKey { origin: origin.clone(), key: name, hint: None })?;
            config.set_text(key, &value, origin)?;
        }
        for (key, value, flag) in flags {
            match value {
                Value::String(text) => config.set_text(key, &text, Origin::Flag(flag))?,
                value => config.set(key, value, Origin::Flag(flag))?,
            }
        }
        config.settings = config.compose()?;
        Ok(config)
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn read_file(&mut self, file: &Path) -> Result<(), ConfigError> {
        let text = fs::read_to_string(file).map_err(|error| ConfigError::Read { file: file.to_owned(), error })?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            // Without the line itself, in which a password may stand.
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let (line, column) = (before.matches('\n').count(), before.rsplit('\n').next().unwrap_or_default().chars());
            let message = format!("line {}, column {}: {}", line + 1, column.count() + 1, error.message());
            ConfigError::Syntax { file: file.to_owned(), message }
        })?;
        let mut found = Vec::new();
        flatten("", &table, &mut |key, value| found.push((key, value.clone())));
        for (key, value) in found {
            self.set(key, value, Origin::File(file.to_owned()))?;
        }
        Ok(())
    }

    fn set_text(&mut self, key: String, text: &str, origin: Origin) -> Result<(), ConfigError> {
        let wrong = |message: String| ConfigError::Value { origin: origin.clone(), key: key.clone(), message };
        let value = match self.values.get(&key).map(|(value, _)| value) {
            Some(Value::Integer(_)) => {
                Value::Integer(text.parse().map_err(|_| wrong(format!("asks for a whole number, not {text:?}")))?)
            }
            Some(Value::Float(_)) => {
                Value::Float(text.parse().map_err(|_| wrong(format!("asks for a number, not {text:?}")))?)
            }
            Some(Value::Boolean(_)) => {
                Value::Boolean(text.parse().map_err(|_| wrong(format!("asks for true or false, not {text:?}")))?)
            }
            Some(Value::Array(_)) => {
                let parts = std::env::split_paths(text).filter(|part| !part.as_os_str().is_empty());
                Value::Array(parts.map(|part| Value::String(part.to_string_lossy().into_owned())).collect())
            }
            _ => Value::String(text.to_owned()),
        };
        self.set(key, value, origin)
    }

    fn set(&mut self, key: String, value: Value, origin: Origin) -> Result<(), ConfigError> {
        let Some(slot) = self.values.get(&key) else {
            let hint = self.values.keys().filter(|known| distance(known, &key) <= 3);
            let hint = hint.min_by_key(|known| distance(known, &key)).cloned();
            return Err(ConfigError::UnknownKey { origin, key, hint });
        };
        // A whole number is a number, too.
        let value = match (&slot.0, value) {
            (Value::Float(_), Value::Integer(whole)) => Value::Float(whole as f64),
            (_, value) => value,
        };
        if slot.0.type_str() != value.type_str() {
            let message = format!("asks for a value of type {}, not {}", slot.0.type_str(), value.type_str());
            return Err(ConfigError::Value { origin, key, message });
        }
        if let Value::Integer(whole) = value
            && whole > LONGEST
            && UNITS.iter().any(|unit| key.ends_with(unit))
        {
            let message = format!("has a wrong value: {whole} is too large; the largest is {LONGEST}");
            return Err(ConfigError::Value { origin, key, message });
        }
        let before = self.values.insert(key.clone(), (value.clone(), origin.clone()));
        if let Err(message) = self.parse() {
            if let Some(before) = before {
                self.values.insert(key.clone(), before);
            }
            let message = match value {
                // The parser would name a type of ours.
                Value::Integer(whole) if message.starts_with("invalid value: integer") => {
                    let size = if whole < 0 { "less than 0" } else { "too large" };
                    format!("has a wrong value: {whole} is {size}")
                }
                _ => format!("has a wrong value: {message}"),
            };
            return Err(ConfigError::Value { origin, key, message });
        }
        Ok(())
    }

    fn parse(&self) -> Result<Settings, String> {
        let mut table = Table::new();
        for (key, (value, _)) in &self.values {
            let (section, name) = key.split_once('.').unwrap_or(("", key));
            let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                section.insert(name.to_owned(), value.clone());
            }
        }
        table.try_into().map_err(|error: toml::de::Error| error.message().to_owned())
    }

    fn compose(&self) -> Result<Settings, ConfigError> {
        self.parse().map_err(|message| ConfigError::Value { origin: Origin::Default, key: "(all)".into(), message })
    }
}

impl fmt::Display for Config {
    /// The effective settings as TOML, with the origin of each behind it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for (key, (value, origin)) in &self.values {
            let (section, name) = key.split_once('.').unwrap_or(("", key));
            if section != last {
                writeln!(f, "{}[{section}]", if last.is_empty() { "" } else { "\n" })?;
                last = section;
            }
            let shown = without_password(value);
            let hidden = if shown == value.to_string() { "" } else { HIDDEN };
            writeln!(f, "{:<50} # {origin}{hidden}", format!("{name} = {shown}"))?;
        }
        Ok(())
    }
}

/// A value as it may be shown: an address without its passwords, before the host and among the options behind it.
fn without_password(value: &Value) -> String {
    match value {
        Value::String(text) => Value::String(redacted(text)).to_string(),
        value => value.to_string(),
    }
}

fn redacted(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (user, rest) = match rest.rsplit_once('@') {
        // Where it ends cannot be told.
        Some((before, _)) if before.split_once('?').is_some_and(|(_, set)| set.contains('=')) => {
            return format!("{scheme}://***");
        }
        Some((user, rest)) => (Some(user), rest),
        None => (None, rest),
    };
    let user = user.map(|user| match user.split_once(':') {
        Some((user, _)) => format!("{user}:***@"),
        None => format!("{user}@"),
    });
    let hide = |option: &str| match option.split_once('=') {
        // A name may be written with `%` as well.
        Some((name, _)) if name.ends_with("password") || name.contains('%') => format!("{name}=***"),
        _ => option.to_owned(),
    };
    let rest = rest.split('&').map(hide).collect::<Vec<_>>().join("&");
    format!("{scheme}://{}{rest}", user.unwrap_or_default())
}

fn flatten(prefix: &str, table: &Table, give: &mut impl FnMut(String, &Value)) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(table) => flatten(&key, table, give),
            value => give(key, value),
        }
    }
}

/// The number of edits between two keys (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in other.iter().enumerate() {
            let edit = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = edit.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        for (value, shown) in [
            ("postgres://me:se:c@ret@host/name", "\"postgres://me:***@host/name\""),
            ("postgres://me@host/name", "\"postgres://me@host/name\""),
            ("postgres://host/name?user=me&password=secret", "\"postgres://host/name?user=me&password=***\""),
            ("postgres://me:a?b@host/name?password=a&x=1", "\"postgres://me:***@host/name?password=***&x=1\""),
            ("postgres://host/name?password=a@b", "\"postgres://***\""),
            ("postgres://host/name?pass%77ord=secret&x=1", "\"postgres://host/name?pass%77ord=***&x=1\""),
            ("postgres://host/name?pass%77ord=a@b", "\"postgres://***\""),
            ("http://localhost:4317", "\"http://localhost:4317\""),
            ("a:b@c", "\"a:b@c\""),
        ] {
            assert_eq!(without_password(&Value::String(value.into())), shown);
        }
    }
}
