//! The verbs of `onomast gazetteer`, and the server that they are for.

use std::path::PathBuf;

use clap::{Args, Subcommand, builder::NonEmptyStringValueParser};

use crate::{
    config::{SERVER_VARIABLE, TOKEN_VARIABLE},
    service::Connection,
};

/// See and change the gazetteers of a running server. Answers are proto3 JSON, one a line.
#[derive(Debug, Args)]
pub(in crate::cli) struct Gazetteer {
    #[command(subcommand)]
    pub(in crate::cli) verb: Verb,
    #[command(flatten)]
    pub(in crate::cli) server: ServerAddress,
}

/// The server to speak to.
#[derive(Debug, Args)]
pub(in crate::cli) struct ServerAddress {
    /// The address of the server; https:// speaks TLS, and so does another machine without http:// before it.
    #[arg(
        long,
        global = true,
        value_name = "ADDRESS",
        env = SERVER_VARIABLE,
        default_value = "http://127.0.0.1:50051"
    )]
    server: String,
    /// A token that says who calls; better given in the environment.
    #[arg(long, global = true, value_name = "TOKEN", env = TOKEN_VARIABLE, hide_env_values = true)]
    token: Option<String>,
    /// The certificate of the authority that the server's is of, as PEM; without, those of the system count.
    #[arg(long, global = true, value_name = "FILE")]
    authority: Option<PathBuf>,
    /// A certificate that says who calls, as PEM.
    #[arg(long, global = true, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The key of that certificate, as PEM.
    #[arg(long, global = true, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
}

impl ServerAddress {
    pub(in crate::cli) fn connection(self) -> Connection {
        let Self { server, token, authority, certificate, key } = self;
        Connection { address: server, token, authority, identity: certificate.zip(key) }
    }
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Verb {
    /// List the gazetteers.
    List,
    /// Tell what a gazetteer is.
    Get { name: String },
    /// Make an empty gazetteer.
    Create {
        name: String,
        /// What it is, for people.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        description: String,
    },
    /// Delete a gazetteer with all its versions.
    Delete {
        name: String,
        /// Only if this is its newest version.
        #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
        if_version: Option<String>,
    },
    /// Send a file as one new version; makes the gazetteer if there is none.
    Import(ImportFile),
    /// Print every entity, in the JSON Lines that import reads.
    Export {
        gazetteer: String,
        /// The version; by default the newest.
        #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
        version: Option<String>,
    },
    /// Print every entity with the version that last changed it.
    Entities {
        gazetteer: String,
        /// The version; by default the newest.
        #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
        version: Option<String>,
    },
    /// Print one entity.
    Entity {
        gazetteer: String,
        id: String,
        /// The version; by default the newest.
        #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
        version: Option<String>,
    },
    /// Add entities, or replace those of the same ids.
    Put {
        gazetteer: String,
        /// Entities in proto3 JSON, as a line of a gazetteer file has them.
        #[arg(required = true, value_name = "JSON")]
        entity: Vec<String>,
        /// Only if this is the newest version.
        #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
        if_version: Option<String>,
    },
    /// Remove entities.
    Remove {
        gazetteer: String,
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Only if this is the newest version.
        #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
        if_version: Option<String>,
    },
    /// List the versions that are kept, the newest first.
    Versions { gazetteer: String },
    /// Make a new version with the content of an old one.
    Rollback {
        gazetteer: String,
        to_version: String,
        /// Only if this is the newest version.
        #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
        if_version: Option<String>,
    },
    /// Tell of every change until interrupted.
    Watch {
        /// The gazetteers to tell of; by default all.
        gazetteers: Vec<String>,
        /// The checkpoint of the last line that was dealt with; by default all gazetteers come first.
        #[arg(long, value_name = "CHECKPOINT", value_parser = NonEmptyStringValueParser::new())]
        checkpoint: Option<String>,
    },
}

/// A file to import.
#[derive(Debug, Args)]
pub(in crate::cli) struct ImportFile {
    /// A gazetteer file (.jsonl, .csv, .tsv, or a name a line).
    pub(in crate::cli) file: PathBuf,
    /// The gazetteer; by default the name of the file without its extension, in small letters.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: Option<String>,
    /// Delete what the gazetteer has and the file has not.
    #[arg(long)]
    pub(in crate::cli) replace: bool,
    /// Leave out lines with issues, and say which.
    #[arg(long)]
    pub(in crate::cli) skip_bad_lines: bool,
    /// Let the server look for issues, and import nothing.
    #[arg(long)]
    pub(in crate::cli) check_only: bool,
    /// Only if this is the newest version.
    #[arg(long, value_name = "VERSION", value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) if_version: Option<String>,
}
