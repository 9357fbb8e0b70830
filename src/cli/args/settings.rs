//! The settings of the server, as flags give them.

use std::path::PathBuf;

use clap::Args;
use toml::Value;

use crate::config::{CONFIG_VARIABLE, Config, ConfigError, Origin, PREFIX};

/// The settings of the server, from a file, the environment and flags.
#[derive(Debug, Args)]
pub(in crate::cli) struct ServerSettings {
    /// A TOML file with settings.
    #[arg(long, value_name = "FILE", env = CONFIG_VARIABLE)]
    config: Option<PathBuf>,
    /// The IP address and the port to listen on, such as 0.0.0.0:50051; without this 127.0.0.1:50051, which only this
    /// machine reaches. Port 0 takes any that is free. [setting server.listen]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The address of the admin port with /metrics, /livez and /readyz; there is none by default. [setting server.admin]
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<String>,
    /// Serve other machines although there is no TLS, or nobody is asked who they are. [setting server.insecure]
    #[arg(long)]
    insecure: bool,
    /// A gazetteer file (.jsonl, .csv, .tsv, .segment, or a name a line); may be given again. [setting gazetteers.files]
    #[arg(long, value_name = "FILE")]
    gazetteer: Vec<PathBuf>,
    /// Keep gazetteers that are changed while serving in this folder. [setting gazetteers.data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Keep them in this PostgreSQL database, postgres://user@host/name. [setting gazetteers.database]
    #[arg(long, value_name = "ADDRESS")]
    database: Option<String>,
    /// Do not load the starter gazetteer. [setting gazetteers.starter]
    #[arg(long)]
    no_default_gazetteer: bool,
    /// Leave out gazetteer lines with issues instead of refusing to start. [setting gazetteers.skip_bad_lines]
    #[arg(long)]
    skip_bad_lines: bool,
    /// What to log: a level, or directives such as onomast=debug. [setting log.level]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// How to log: text or json. [setting log.format]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Any other setting, such as limits.document_bytes=1000000; may be given again.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("the form is KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

impl ServerSettings {
    /// The settings that all of this makes, with the environment of the process.
    pub(in crate::cli) fn load(&self) -> Result<Config, ConfigError> {
        let Self {
            config,
            listen,
            admin,
            insecure,
            gazetteer,
            data,
            database,
            no_default_gazetteer,
            skip_bad_lines,
            log_level,
            log_format,
            set,
        } = self;
        let mut flags = Vec::new();
        let mut flag = |key: &str, value: Value, name: &str| flags.push((key.to_owned(), value, name.to_owned()));
        let text = |text: &String| Value::String(text.clone());
        let path = |path: &PathBuf, flag: &str| match path.to_str() {
            Some(path) => Ok(Value::String(path.to_owned())),
            None => Err(ConfigError::NotUnicode { origin: Origin::Flag(flag.to_owned()) }),
        };
        if let Some(listen) = listen {
            flag("server.listen", text(listen), "--listen");
        }
        if let Some(admin) = admin {
            flag("server.admin", text(admin), "--admin");
        }
        if *insecure {
            flag("server.insecure", true.into(), "--insecure");
        }
        if !gazetteer.is_empty() {
            let files = gazetteer.iter().map(|file| path(file, "--gazetteer")).collect::<Result<_, _>>()?;
            flag("gazetteers.files", Value::Array(files), "--gazetteer");
        }
        if let Some(data) = data {
            flag("gazetteers.data", path(data, "--data")?, "--data");
        }
        if let Some(database) = database {
            flag("gazetteers.database", text(database), "--database");
        }
        if *no_default_gazetteer {
            flag("gazetteers.starter", false.into(), "--no-default-gazetteer");
        }
        if *skip_bad_lines {
            flag("gazetteers.skip_bad_lines", true.into(), "--skip-bad-lines");
        }
        if let Some(level) = log_level {
            flag("log.level", text(level), "--log-level");
        }
        if let Some(format) = log_format {
            flag("log.format", text(format), "--log-format");
        }
        for (key, value) in set {
            flag(key, text(value), "--set");
        }
        let mut environment = Vec::new();
        for (name, value) in std::env::vars_os() {
            // A variable whose name is not Unicode is none of ours.
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => environment.push((name, value)),
                Err(_) if name.starts_with(PREFIX) => {
                    return Err(ConfigError::NotUnicode { origin: Origin::Environment(name) });
                }
                Err(_) => {}
            }
        }
        Config::load(config.as_deref(), environment, flags)
    }
}
