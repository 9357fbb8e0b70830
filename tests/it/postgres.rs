//! A PostgreSQL of the tests' own: started on a free port in a folder of its own, ended with the process.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The script that runs it: ends it when its standard input does, which is when the test process is gone.
const SCRIPT: &str = r#"
initdb -D "$1/data" -A trust -U onomast --no-sync -E UTF8 --locale=C >/dev/null || exit 1
postgres -D "$1/data" -p "$2" -k "$1" -c listen_addresses=127.0.0.1 -c max_connections=300 2>&1 &
read _
kill -INT $!
wait
"#;

struct Running {
    port: u16,
    /// Its end is the end of the server.
    _input: std::process::ChildStdin,
}

/// The address of a new, empty database; `None`, said aloud, where there is no PostgreSQL on this machine.
pub(crate) async fn database() -> Option<String> {
    static RUNNING: OnceLock<Option<Running>> = OnceLock::new();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let running = tokio::task::spawn_blocking(|| RUNNING.get_or_init(start)).await.unwrap().as_ref()?;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let address = |name: &str| format!("postgres://onomast@127.0.0.1:{}/{name}", running.port);
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect(&address("postgres")).await.unwrap();
    sqlx::query(&format!("CREATE DATABASE {name}")).execute(&pool).await.unwrap();
    pool.close().await;
    Some(address(&name))
}

/// The folder of PostgreSQL's programs: that of Debian's package, or one on the path.
fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.chain(std::env::split_paths(&path)).find(|folder| folder.join("initdb").exists())
}

fn start() -> Option<Running> {
    let Some(programs) = programs() else {
        println!("skipped: PostgreSQL is not installed (Debian's package postgresql)");
        return None;
    };
    let folder = std::env::temp_dir().join(format!("onomast-postgres-{}", std::process::id()));
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
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.by_ref().map_while(Result::ok).any(|line| line.contains("ready to accept connections"));
    assert!(ready, "PostgreSQL does not start in {}", folder.display());
    // Somebody must read what it says, or it would wait for that.
    std::thread::spawn(move || lines.for_each(drop));
    Some(Running { port, _input: input })
}
