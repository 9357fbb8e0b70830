//! The program as a server in a process of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use tokio::sync::mpsc;
use tonic::transport::Channel;

/// A server; ends with this value.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
    reloaded: tokio::sync::Mutex<mpsc::UnboundedReceiver<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Server {
    /// Starts one with its settings as they are by default, and waits until it serves. `processors`, as taskset knows
    /// them, are those that it runs on.
    pub(crate) async fn start(flags: &[String], processors: Option<&str>) -> Self {
        let program = env!("CARGO_BIN_EXE_onomast");
        let mut command = match processors {
            None => Command::new(program),
            Some(processors) => {
                let mut command = Command::new("taskset");
                command.args(["-c", processors, program]);
                command
            }
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut process = command
            .args(["serve", "--no-default-gazetteer", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .args(flags)
            .env_clear()
            .env("PATH", path)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let (mut address, mut serving) = (None, false);
        while address.is_none() || !serving {
            let line: serde_json::Value = serde_json::from_str(&lines.next().unwrap()).unwrap_or_default();
            if line["message"] == "listening" {
                address = line["address"].as_str().map(|address| format!("http://{address}"));
            }
            serving |= line["message"] == "serving";
        }
        let (tell, reloaded) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in lines {
                if line.contains("gazetteers were loaded again") {
                    tell.send(()).ok();
                }
            }
        });
        Self { process, address: address.unwrap(), reloaded: reloaded.into() }
    }

    /// Compiles a gazetteer.
    pub(crate) fn compile(names: &Path, segment: &Path) {
        let done =
            Command::new(env!("CARGO_BIN_EXE_onomast")).arg("compile").arg(names).arg("-o").arg(segment).status();
        assert!(done.unwrap().success());
    }

    /// Runs a command of the program against the server.
    pub(crate) fn command(&self, arguments: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onomast"));
        let done = command.args(arguments).args(["--server", &self.address]).stdout(Stdio::null()).status();
        assert!(done.unwrap().success());
    }

    /// Tells it to load its files again, and waits until it has.
    pub(crate) async fn hang_up(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
        self.reloaded.lock().await.recv().await.unwrap();
    }

    /// Its resident memory, in kilobytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// The processor time that it took, in seconds: by its own code, and by the system for it.
    pub(crate) fn processor_time(&self) -> [f64; 2] {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split_whitespace().collect();
        // In hundredths of a second on every Linux.
        [11, 12].map(|at: usize| fields[at].parse::<f64>().unwrap() / 100.0)
    }

    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(self.address.clone()).unwrap().tcp_nodelay(true).connect().await.unwrap()
    }
}
