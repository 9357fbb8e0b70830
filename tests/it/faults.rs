//! What may happen to a server and its database: killed at any moment, damaged and missing files, a full disk, a database
//! that goes away, clocks that jump. The moments are drawn from a seed, which is printed, and may be given as
//! `ONOMAST_SEED`.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use onomast::{
    catalog::{Keep, Keeper, Kind, Most, Store, StoreError, stand_by},
    service::{Limits, proto},
    telemetry::ExportOptions,
};
use proto::gazetteer_service_client::GazetteerServiceClient;
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tonic::transport::Channel;

use crate::{
    databases::{Database, KEEP, client, create, given, import, reason, request, serve, upsert},
    support::{Folder, Random, TestServer, get},
    surfaces,
};

type Client = GazetteerServiceClient<Channel>;

/// A server in a process of its own, which is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    address: String,
    /// What it logged so far.
    pub(crate) log: Arc<Mutex<String>>,
}

impl Process {
    /// Starts one, and waits until it serves.
    pub(crate) fn start(flags: &[String]) -> Self {
        Self::of(Command::new(env!("CARGO_BIN_EXE_onomast")), flags)
    }

    /// The same through a command that takes the program and its arguments.
    pub(crate) fn of(mut command: Command, flags: &[String]) -> Self {
        command.args(["serve", "--no-default-gazetteer", "--listen", "127.0.0.1:0", "--log-format", "json"]);
        // It is the tests', and no setting.
        command.env_remove("ONOMAST_SEED");
        let mut child = command.args(flags).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let log = Arc::<Mutex<String>>::default();
        let keep = {
            let log = log.clone();
            move |line: &str| {
                let mut log = log.lock().unwrap();
                log.push_str(line);
                log.push('\n');
            }
        };
        let (mut address, mut serving) = (None, false);
        while address.is_none() || !serving {
            let line = lines.next().expect("the server ended before it served");
            keep(&line);
            let line: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if line["message"] == "listening" {
                address = line["address"].as_str().map(|address| format!("http://{address}"));
            }
            serving |= line["message"] == "serving";
        }
        std::thread::spawn(move || lines.for_each(|line| keep(&line)));
        Self { child, address: address.unwrap_or_default(), log }
    }

    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(self.address.clone()).unwrap().connect().await.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// All that a gazetteer has.
async fn content(client: &mut Client, name: &str) -> BTreeMap<String, String> {
    let export = proto::ExportEntitiesRequest { gazetteer: name.into(), version: String::new() };
    let mut stream = client.export_entities(export).await.unwrap().into_inner();
    let mut all = BTreeMap::new();
    while let Some(part) = stream.message().await.unwrap() {
        all.extend(part.entities.into_iter().map(|entity| (entity.id, entity.name)));
    }
    all
}

/// How often each server is killed.
const KILLS: usize = 200;
/// The longest that a server lives then, in microseconds.
const LONGEST: usize = 60_000;
/// How many entities an import has.
const IMPORTED: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_a_kill_and_nothing_is_half_there() {
    let seed = Random::seed();
    for database in Database::all().await {
        let mut random = Random(seed);
        let flags = database.flags();
        let mut edits: BTreeMap<String, String> = BTreeMap::new();
        let mut sent = edits.clone();
        let mut imported = 0;
        for kill in 0..KILLS {
            let server = Process::start(&flags);
            let channel = server.channel().await;
            let mut client = Client::new(channel.clone());
            if kill == 0 {
                create(&mut client, "edits").await;
                create(&mut client, "imports").await;
            }
            // What was acknowledged before the kill is there; what was not may be, whole.
            let is = content(&mut client, "edits").await;
            for (id, name) in &edits {
                assert_eq!(is.get(id), Some(name), "{id} after {kill} kills");
            }
            assert!(is.iter().all(|(id, name)| sent.get(id) == Some(name)), "nobody sent some of {is:?}");
            edits = is;
            let is = content(&mut client, "imports").await;
            let generations: std::collections::BTreeSet<_> = is.values().collect();
            assert!(generations.len() <= 1 && (is.is_empty() || is.len() == IMPORTED), "{generations:?}: {}", is.len());
            let now = generations.first().map_or(0, |name| name.trim_start_matches("Generation ").parse().unwrap());
            assert!((imported..=imported + 1).contains(&now), "import {now}, acknowledged {imported}");
            imported = now;
            if let Some((id, name)) = edits.first_key_value() {
                let answer =
                    surfaces::unary(&mut surfaces::Client::new(channel.clone()), request("edits", name, None)).await;
                assert!(answer.mentions.iter().any(|one| one.entity.as_ref().unwrap().id == *id), "{answer:?}");
            }

            let editing = tokio::spawn({
                let mut client = client.clone();
                async move {
                    let mut done = Vec::new();
                    loop {
                        let number = done.len();
                        let (id, name) = (format!("e{kill}-{number}"), format!("Name{kill}x{number}"));
                        if client.upsert_entities(upsert("edits", vec![given(&id, &name)])).await.is_err() {
                            return (done, (id, name));
                        }
                        done.push((id, name));
                    }
                }
            });
            let importing = tokio::spawn({
                let mut client = client.clone();
                async move {
                    let mut generation = imported;
                    loop {
                        let name = format!("Generation {}", generation + 1);
                        let entities = (0..IMPORTED).map(|number| given(&number.to_string(), &name)).collect();
                        if client.import_entities(import("imports", true, entities)).await.is_err() {
                            return generation;
                        }
                        generation += 1;
                    }
                }
            });
            // From before the first change to behind some edits and imports.
            let moment = Duration::from_micros(random.below(LONGEST) as u64);
            tokio::task::spawn_blocking(move || {
                std::thread::park_timeout(moment);
                drop(server);
            })
            .await
            .unwrap();
            let (done, last) = editing.await.unwrap();
            sent.extend(done.iter().cloned().chain([last]));
            edits.extend(done);
            imported = importing.await.unwrap();
        }
        assert!(edits.len() > KILLS / 4, "{} edits were acknowledged: too few to mean anything", edits.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_refused_with_a_sentence_that_helps() {
    let database = Database::Sqlite(Folder::new());
    let server = serve(&database, KEEP).await;
    let mut client = client(&server).await;
    let entities = (0..2000).map(|number| given(&number.to_string(), &format!("Name {number}"))).collect();
    client.import_entities(import("names", true, entities)).await.unwrap();
    drop(client);
    server.stop().await.unwrap().unwrap();
    drop(database.open().await);
    let Database::Sqlite(folder) = &database else { return };
    let data = folder.path("data");
    let file = data.join("catalog.db");
    let whole = fs::read(&file).unwrap();
    for (what, bytes) in [
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("cut by a page", whole[..whole.len() - 4096].to_vec()),
        ("empty", vec![]),
        ("of something else", b"id,name\n1,China\n".repeat(1000)),
        ("with another beginning", [vec![0; 4096], whole[4096..].to_vec()].concat()),
    ] {
        for end in ["-wal", "-shm"] {
            fs::remove_file(data.join(format!("catalog.db{end}"))).ok();
        }
        fs::write(&file, bytes).unwrap();
        let error = Store::open_folder(&data).await.err().unwrap_or_else(|| panic!("{what}: it was opened"));
        assert!(matches!(error, StoreError::Damaged { .. }), "{what}: {error:?}");
        let message = error.to_string();
        assert!(
            message.contains("catalog.db is damaged") && message.contains("put a backup in its place"),
            "{message}"
        );
    }
    fs::remove_file(&file).unwrap();
    // What cannot be opened is not damaged: who took a backup for it would lose what it has.
    fs::create_dir(&file).unwrap();
    let error = Store::open_folder(&data).await.unwrap_err();
    assert!(matches!(error, StoreError::File { .. }), "{error:?}");
    fs::remove_dir(&file).unwrap();
    // What the log of one database has would become part of another.
    fs::write(data.join("catalog.db-wal"), "what was written last").unwrap();
    let error = Store::open_folder(&data).await.unwrap_err().to_string();
    assert!(error.contains("it is gone, but its log") && error.contains("catalog.db-wal is there"), "{error}");
    fs::remove_file(data.join("catalog.db-wal")).unwrap();
    // The database lies elsewhere, and that is not mounted.
    std::os::unix::fs::symlink(folder.path("elsewhere/catalog.db"), &file).unwrap();
    let error = Store::open_folder(&data).await.unwrap_err().to_string();
    assert!(error.contains("it is a link to what is not there") && file.is_symlink(), "{error}");
    fs::remove_file(&file).unwrap();
    fs::write(&file, whole).unwrap();
    // A lock file that is a link to something takes nothing from it.
    let important = folder.path("important");
    fs::write(&important, "important").unwrap();
    fs::remove_file(data.join("lock")).unwrap();
    std::os::unix::fs::symlink(&important, data.join("lock")).unwrap();
    let store = Store::open_folder(&data).await.unwrap();
    assert_eq!(fs::read_to_string(&important).unwrap(), "important");
    let error = Store::open_folder(&data).await.unwrap_err();
    assert!(matches!(error, StoreError::InUse(_)) && error.to_string().contains("--data"), "{error}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_that_is_met_later_is_told_as_well() {
    let folder = Folder::new();
    let data = folder.path("data");
    let store = Store::open_folder(&data).await.unwrap();
    store.create("names", "", Most::default(), 0).await.unwrap();
    store.close().await;
    drop(store);
    let file = data.join("catalog.db");
    let mut bytes = fs::read(&file).unwrap();
    // What opening reads is whole: the beginning, and what stands for the format.
    bytes[2 * 4096..].fill(0xFF);
    fs::write(&file, bytes).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_onomast"));
    let ended = command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(said.contains("catalog.db is damaged") && said.contains("put a backup in its place"), "{said}");
    assert_eq!(said.matches("malformed").count(), 1, "{said}");
    assert_eq!(ended.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_large_import_gives_its_room_back() {
    let folder = Folder::new();
    let data = folder.path("data");
    let store = Store::open_folder(&data).await.unwrap();
    let names = store.create("names", "", Most::default(), 0).await.unwrap();
    let long = "x".repeat(20_000);
    let rows: Vec<_> = (0..3000).map(|number| (number.to_string(), long.clone())).collect();
    let log = || fs::metadata(data.join("catalog.db-wal")).unwrap().len();
    let mut edit = store.edit(names.uid, None, 0).await.unwrap();
    edit.put(&rows).await.unwrap();
    store.commit(edit, Kind::Import, None).await.unwrap();
    let large = log();
    assert!(large > 50 << 20, "{large} bytes");
    // The next change begins it anew.
    for number in 0..2 {
        let mut edit = store.edit(names.uid, None, 0).await.unwrap();
        edit.put(&[("0".into(), number.to_string())]).await.unwrap();
        store.commit(edit, Kind::Edit, None).await.unwrap();
    }
    assert!(log() <= 16 << 20, "{} bytes", log());
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_or_missing_segment_is_made_again() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let mut client = client(&server).await;
        let entities = (0..5000).map(|number| given(&number.to_string(), &format!("Name {number}"))).collect();
        client.import_entities(import("names", true, entities)).await.unwrap();
        drop(client);
        server.stop().await.unwrap().unwrap();
        let segment = || fs::read_dir(database.segments()).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(segment()).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for bytes in [Some(flipped), Some(whole[..whole.len() / 2].to_vec()), Some(vec![]), None] {
            let file = segment();
            match bytes {
                Some(bytes) => fs::write(&file, bytes).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            let server = serve(&database, KEEP).await;
            let answer = surfaces::unary(&mut server.client().await, request("names", "Name 4711 came", None)).await;
            assert_eq!(answer.mentions[0].entity.as_ref().unwrap().id, "4711");
            server.stop().await.unwrap().unwrap();
            assert!(fs::read(segment()).unwrap() == whole, "the same content, the same file");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gazetteer_that_became_a_pipe_holds_up_nobody() {
    let folder = Folder::new();
    let file = folder.file("names.txt", "China\n");
    let server = Process::start(&["--gazetteer".into(), file.to_string_lossy().into_owned()]);
    let reload = async |told: &str| {
        assert!(Command::new("kill").args(["-HUP", &server.child.id().to_string()]).status().unwrap().success());
        let asked = async {
            while !server.log.lock().unwrap().contains(told) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), asked).await.unwrap_or_else(|_| panic!("it did not say: {told}"));
    };
    fs::remove_file(&file).unwrap();
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    reload("it is no regular file").await;
    fs::remove_file(&file).unwrap();
    fs::write(&file, "China\nRussia\n").unwrap();
    reload("gazetteers were loaded again").await;
}

/// A server of a file, with an admin port, as the program has it.
async fn observed(folder: &Folder) -> (TestServer, impl Sized) {
    let (server, _, kept) = TestServer::observed(Limits::default(), &ExportOptions::default()).await;
    let live = server.handle.live().clone();
    live.keep(Keeper::new(Store::open_folder(&folder.path("data")).await.unwrap(), None, KEEP));
    live.keeper().unwrap().refresh(&live).await.unwrap();
    server.handle.serve(Default::default()).await;
    tokio::spawn(stand_by(live));
    (server, kept)
}

/// What the server says of its database, once it is that.
async fn says(server: &TestServer, up: u8, remark: &str) {
    let said = async {
        loop {
            let (_, page) = get(&server.admin, "/readyz").await;
            let (_, metrics) = get(&server.admin, "/metrics").await;
            let remarked = page.split_once("database: ").map_or("", |(_, rest)| rest);
            if metrics.contains(&format!("\nonomast_database_up {up}\n")) && remarked.starts_with(remark) {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), said).await.unwrap_or_else(|_| panic!("not {up} and {remark:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_locked_is_told_and_so_is_its_coming_back() {
    let folder = Folder::new();
    let (server, _kept) = observed(&folder).await;
    let mut client = client(&server).await;
    create(&mut client, "names").await;
    says(&server, 1, "").await;
    let file = format!("sqlite://{}", folder.path("data").join("catalog.db").display());
    let mut other = SqliteConnection::connect(&file).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let refused = client.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await.unwrap_err();
    assert_eq!(reason(&refused), (tonic::Code::Unavailable, "DATABASE_UNAVAILABLE".into()), "{refused:?}");
    says(&server, 0, "does not answer").await;
    other.execute("ROLLBACK").await.unwrap();
    says(&server, 1, "").await;
    client.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_under_a_running_server_is_told() {
    let folder = Folder::new();
    let store = Store::open_folder(&folder.path("data")).await.unwrap();
    let names = store.create("names", "", Most::default(), 0).await.unwrap();
    // More than a connection keeps in memory.
    let long = "x".repeat(5000);
    let row = |number| (format!("{number}"), format!("{{\"id\":\"{number}\",\"name\":\"Name {number} {long}\"}}"));
    let mut edit = store.edit(names.uid, None, 0).await.unwrap();
    edit.put(&(0..2000).map(row).collect::<Vec<_>>()).await.unwrap();
    store.commit(edit, Kind::Import, None).await.unwrap();
    store.close().await;
    drop(store);
    let (server, _kept) = observed(&folder).await;
    let file = folder.path("data").join("catalog.db");
    let pages = fs::metadata(&file).unwrap().len() / 4096;
    let damaged = fs::File::options().write(true).open(&file).unwrap();
    damaged.write_all_at(&vec![0xFF; (pages as usize - 20) * 4096], 20 * 4096).unwrap();
    let mut client = client(&server).await;
    let mut request = proto::ListEntitiesRequest { gazetteer: "names".into(), page_size: 1000, ..Default::default() };
    let status = loop {
        match client.list_entities(request.clone()).await {
            Ok(page) => request.page_token = page.into_inner().next_page_token,
            Err(status) => break status,
        }
        assert_ne!(request.page_token, "", "nobody met the damage");
    };
    assert_eq!(reason(&status), (tonic::Code::Internal, "INTERNAL".into()), "{status:?}");
    says(&server, 0, "is damaged").await;
    // It stays so, though not all is damaged.
    assert!(!server.handle.live().report(onomast::catalog::Database::Answers));
    says(&server, 0, "is damaged").await;
}

/// The program on a disk of 4 MB that it has for itself, and the disk; `fill` is what is done with `disk` before, in the
/// folder. Needs a namespace of its own, which not every machine gives.
fn on_a_disk(folder: &Folder, fill: &str) -> Option<(Command, PathBuf)> {
    let disk = folder.path("disk");
    fs::create_dir_all(&disk).unwrap();
    let mount = format!("mount -t tmpfs -o size=4m tmpfs disk && {fill} && shift && exec \"$@\"");
    let of = |program: &str| {
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", &mount, "sh", "-", program]).current_dir(folder.path("."));
        command
    };
    if !of("true").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: this machine gives no disk of its own (unshare, mount)");
        return None;
    }
    Some((of(env!("CARGO_BIN_EXE_onomast")), disk))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing() {
    let folder = Folder::new();
    // With something in it that can be removed again.
    let Some((command, disk)) = on_a_disk(&folder, "head -c 1000000 /dev/zero > disk/ballast") else { return };
    let server = Process::of(command, &["--data".into(), disk.join("data").to_string_lossy().into_owned()]);
    let mut client = Client::new(server.channel().await);
    create(&mut client, "names").await;
    let long = "x".repeat(3000);
    // An import that does not fit leaves nothing behind, not even the gazetteer that it was to make.
    let entities = (0..2000).map(|number| given(&format!("{number}"), &format!("Name {number} {long}"))).collect();
    let full = client.import_entities(import("others", true, entities)).await.unwrap_err();
    assert_eq!(reason(&full), (tonic::Code::ResourceExhausted, "DISK_FULL".into()), "{full:?}");
    let others = proto::GetGazetteerRequest { name: "others".into() };
    assert_eq!(reason(&client.get_gazetteer(others).await.unwrap_err()).1, "GAZETTEER_NOT_FOUND");
    let mut kept = 0;
    let full = loop {
        let entities =
            (0..50).map(|number| given(&format!("{kept}-{number}"), &format!("Name {kept} {long}"))).collect();
        match client.upsert_entities(upsert("names", entities)).await {
            Ok(_) => kept += 1,
            Err(status) => break status,
        }
        assert!(kept < 1000, "3 MB hold more than {kept} edits of 150 KB");
    };
    assert_eq!(reason(&full), (tonic::Code::ResourceExhausted, "DISK_FULL".into()), "{full:?}");
    // Where there is room again, changes go on.
    fs::remove_file(format!("/proc/{}/root{}", server.child.id(), disk.join("ballast").display())).unwrap();
    for number in 0..10 {
        let entities = vec![given(&format!("after-{number}"), "Name")];
        client.upsert_entities(upsert("names", entities)).await.unwrap();
    }
    let ids = (0..10).map(|number| format!("after-{number}")).collect();
    let remove = proto::DeleteEntitiesRequest { gazetteer: "names".into(), ids, ..Default::default() };
    assert_eq!(client.delete_entities(remove).await.unwrap().into_inner().deleted, 10);
    // What was kept is there, goes on being served, and is the whole of it.
    assert_eq!(content(&mut client, "names").await.len(), kept * 50);
    let text = format!("Name 0 {long}");
    let answer =
        surfaces::unary(&mut surfaces::Client::new(server.channel().await), request("names", &text, None)).await;
    assert_eq!(answer.mentions.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_at_the_start_is_no_damage() {
    let folder = Folder::new();
    let flags = |data: &Path| ["--data".into(), data.to_string_lossy().into_owned()];
    let data = folder.path("data");
    let server = Process::start(&flags(&data));
    let mut client = Client::new(server.channel().await);
    let entities = (0..500).map(|number| given(&number.to_string(), &format!("Name {number}"))).collect();
    client.import_entities(import("names", true, entities)).await.unwrap();
    // Killed: what was kept is in the log of the database, and does not fit into its file.
    drop((client, server));
    assert!(fs::metadata(data.join("catalog.db-wal")).unwrap().len() > 50_000);
    let fill = "cp -r data disk/data && ! cat /dev/zero 2>/dev/null >disk/ballast";
    let Some((command, disk)) = on_a_disk(&folder, fill) else { return };
    let server = Process::of(command, &flags(&disk.join("data")));
    let mut client = Client::new(server.channel().await);
    let full = client.upsert_entities(upsert("names", vec![given("new", "New")])).await.unwrap_err();
    assert_eq!(reason(&full), (tonic::Code::ResourceExhausted, "DISK_FULL".into()), "{full:?}");
    let mut extraction = surfaces::Client::new(server.channel().await);
    let answer = surfaces::unary(&mut extraction, request("names", "Name 123 came", None)).await;
    assert_eq!(answer.mentions[0].entity.as_ref().unwrap().id, "123");
    drop((client, extraction, server));
    // As one that has ended leaves it: the log lies in the file, and what is needed beside that does not fit.
    Store::open_folder(&data).await.unwrap().close().await;
    for end in ["wal", "shm"] {
        // A connection that closes late has not removed it yet.
        fs::remove_file(data.join(format!("catalog.db-{end}"))).ok();
    }
    let (mut command, disk) = on_a_disk(&folder, fill).unwrap();
    let ended = command.args(["serve", "--listen", "127.0.0.1:0"]).args(flags(&disk.join("data"))).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    let file = disk.join("data/catalog.db").display().to_string();
    assert!(said.contains(&format!("error: cannot use {file}: no storage space\n")), "{said}");
    assert_eq!(ended.status.code(), Some(1));
}

/// The oldest version of `names` that is kept.
async fn oldest(store: &Store) -> i64 {
    store.gazetteer("names").await.unwrap().unwrap().floor
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_jump_lose_no_version_that_is_kept_by_number() {
    let folder = Folder::new();
    let store = Store::open_folder(&folder.path("data")).await.unwrap();
    let year = 365 * 24 * 3_600_000_i64;
    let keep = Keep { count: 4, age: 1000 };
    let names = store.create("names", "", Most::default(), year).await.unwrap();
    let mut last = 0;
    for (number, now) in [year, 2 * year, 10, 90 * year, -year, year, 0].into_iter().enumerate() {
        let mut edit = store.edit(names.uid, None, now).await.unwrap();
        edit.put(&[(format!("{number}"), format!("{{\"id\":\"{number}\"}}"))]).await.unwrap();
        store.commit(edit, Kind::Edit, None).await.unwrap();
        let stored = store.gazetteer("names").await.unwrap().unwrap();
        assert!(stored.head.created >= last, "versions are in the order of their times");
        last = stored.head.created;
        store.prune(&stored, keep, i64::MAX, now).await.unwrap();
        let stored = store.gazetteer("names").await.unwrap().unwrap();
        let versions = store.versions(&stored, i64::MAX, 100).await.unwrap();
        assert!(versions.len() >= 4.min(number + 2), "{} after {}", versions.len(), number + 1);
    }
    // Of a version that is gone nobody knows what it had not.
    assert!(matches!(store.entity(names.uid, "x", oldest(&store).await - 1).await, Err(StoreError::NoVersion(_))));
    assert_eq!(store.entity(names.uid, "x", oldest(&store).await).await.unwrap(), None);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_leaves_nothing_beside_it() {
    for _ in 0..30 {
        let folder = Folder::new();
        let data = folder.path("data");
        drop(Store::open_folder(&data).await.unwrap());
        let names = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let left: Vec<_> = names.filter(|name| name.starts_with("catalog.new")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
