//! A PostgreSQL of the tests' own: started on a free port in a folder of its own, ended with the process.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::Receiver,
    },
};

/// The script that runs it: stops and starts it when it is told to, and ends it when its standard input does, which is
/// when the test process is gone.
const SCRIPT: &str = r#"
initdb -D "$1/data" -A trust -U onomast --no-sync -E UTF8 --locale=C >/dev/null || exit 1
run() { postgres -D "$1/data" -p "$2" -k "$1" -c listen_addresses=127.0.0.1 -c max_connections=300 2>&1 & }
run "$1" "$2"
while read word; do
    case $word in
        stop) kill -INT $!; wait $!; echo stopped ;;
        start) run "$1" "$2" ;;
    esac
done
kill -INT $! 2>/dev/null
wait
cd / && rm -rf "$1"
"#;

/// A server of PostgreSQL.
pub(crate) struct Postgres {
    port: u16,
    /// Its end is the end of the server.
    input: std::process::ChildStdin,
    said: Receiver<String>,
}

impl Postgres {
    /// One of the test's own, which may be stopped; `None`, said aloud, where there is none on this machine.
    pub(crate) async fn own() -> Option<Self> {
        tokio::task::spawn_blocking(start).await.unwrap()
    }

    /// The address of its first database.
    pub(crate) fn address(&self) -> String {
        self.named("postgres")
    }

    /// The address of a database of that name.
    pub(crate) fn named(&self, name: &str) -> String {
        format!("postgres://onomast@127.0.0.1:{}/{name}", self.port)
    }

    /// Stops it; comes back when it is gone.
    pub(crate) fn stop(&mut self) {
        self.tell("stop", "stopped");
    }

    /// Starts it again on the same port; comes back when it takes connections.
    pub(crate) fn start(&mut self) {
        self.tell("start", READY);
    }

    fn tell(&mut self, word: &str, answer: &str) {
        // What it said before is no answer.
        while self.said.try_recv().is_ok() {}
        writeln!(self.input, "{word}").unwrap();
        self.wait(answer);
    }

    fn wait(&self, answer: &str) {
        while !self.said.recv().expect("PostgreSQL ended").contains(answer) {}
    }
}

/// What it says when it takes connections.
const READY: &str = "ready to accept connections";

/// The address of a new, empty database; `None`, said aloud, where there is no PostgreSQL on this machine.
pub(crate) async fn database() -> Option<String> {
    static RUNNING: OnceLock<Option<Mutex<Postgres>>> = OnceLock::new();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let running = || RUNNING.get_or_init(|| start().map(Mutex::new)).as_ref();
    let running = tokio::task::spawn_blocking(running).await.unwrap()?;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let (address, first) = {
        let running = running.lock().unwrap();
        (running.named(&name), running.address())
    };
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect(&first).await.unwrap();
    sqlx::query(&format!("CREATE DATABASE {name}")).execute(&pool).await.unwrap();
    pool.close().await;
    Some(address)
}

/// The folder of PostgreSQL's programs: that of Debian's package, or one on the path.
fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.chain(std::env::split_paths(&path)).find(|folder| folder.join("initdb").exists())
}

fn start() -> Option<Postgres> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let Some(programs) = programs() else {
        println!("skipped: PostgreSQL is not installed (Debian's package postgresql)");
        return None;
    };
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("onomast-postgres-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // It refuses to run as root.
    let root = fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    let mut command = if root {
        let given = Command::new("chown").args(["postgres".as_ref(), folder.as_os_str()]).status().unwrap();
        assert!(given.success(), "there is no user postgres");
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    let path = std::env::join_paths([programs, "/usr/sbin".into(), "/usr/bin".into(), "/bin".into()]).unwrap();
    let mut child = command
        .args(["-c", SCRIPT, "sh"])
        .arg(&folder)
        .arg(port.to_string())
        .env("PATH", path)
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = child.stdin.take().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    // Somebody must read what it says, or it would wait for that.
    let (say, said) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        lines.for_each(|line| drop(say.send(line)));
        child.wait().ok();
    });
    let postgres = Postgres { port, input, said };
    postgres.wait(READY);
    Some(postgres)
}
