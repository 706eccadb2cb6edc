//! What goes on at a Worker while something else is tried: visitors who read streams, and members who sign in.
use crate::harness::Tenant;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use xtask::api::Api;

/// Threads that repeat something until they are stopped.
pub(crate) struct Load {
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Report>>,
}

/// What became of it.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) done: usize,
    /// What went wrong, one sentence each.
    pub(crate) failures: Vec<String>,
    /// The slowest answer; for streams, the longest silence between two words.
    pub(crate) slowest: Duration,
}

impl Load {
    /// Starts so many threads; each calls `turn` with a number that no other turn has. A turn returns its slowest wait.
    pub(crate) fn start(
        threads: usize,
        turn: impl Fn(usize) -> Result<Duration, String> + Send + Sync + 'static,
    ) -> Self {
        let (turn, next, is_over) = (
            Arc::new(turn),
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let run = |_| {
            let (turn, next, is_over) = (turn.clone(), next.clone(), is_over.clone());
            thread::spawn(move || {
                let mut report = Report::default();
                while !is_over.load(Ordering::Relaxed) {
                    report.add(turn(next.fetch_add(1, Ordering::Relaxed)));
                }
                report
            })
        };
        Self {
            threads: (0..threads).map(run).collect(),
            is_over,
        }
    }

    /// Lets every turn under way come to its end.
    pub(crate) fn stop(self) -> Report {
        self.is_over.store(true, Ordering::Relaxed);
        let mut all = Report::default();
        for thread in self.threads {
            let one = thread.join().unwrap();
            all.done += one.done;
            all.failures.extend(one.failures);
            all.slowest = all.slowest.max(one.slowest);
        }
        all
    }
}

impl Report {
    fn add(&mut self, turn: Result<Duration, String>) {
        match turn {
            Ok(waited) => {
                self.done += 1;
                self.slowest = self.slowest.max(waited);
            }
            Err(why) => self.failures.push(why),
        }
    }

    /// Fails the test unless all went well.
    pub(crate) fn expect_no_failure(&self, what: &str) {
        println!("{what}: {} done, slowest wait {:.1?}", self.done, self.slowest);
        assert!(self.done > 0, "no {what}");
        assert!(
            self.failures.is_empty(),
            "{} of {} {what} failed: {:?}",
            self.failures.len(),
            self.done + self.failures.len(),
            &self.failures[..self.failures.len().min(5)]
        );
    }
}

/// Visitors who ask an agent and read the answer to its end, one question after the other.
pub(crate) fn streams(visitors: usize, page: &Api, agent: &str, question: &'static str) -> Load {
    let (page, agent) = (page.clone(), agent.to_owned());
    Load::start(visitors, move |number| {
        read_stream(&page, &agent, &format!("visitor-{number}"), question)
    })
}

/// Asks, and reads to the end; returns the longest silence between two words.
pub(crate) fn read_stream(page: &Api, agent: &str, session: &str, question: &str) -> Result<Duration, String> {
    let body = json!({ "agent_id": agent, "session_id": session, "message": question });
    let (mut last, mut longest, mut words, mut is_done) = (None::<Instant>, Duration::ZERO, 0, false);
    let events = page.events("/api/v1/widget/chat", &body);
    for event in events.map_err(|why| format!("{why:#}"))? {
        let event: Value = event.map_err(|why| format!("after {words} words: {why:#}"))?;
        match event["type"].as_str() {
            Some("error") => return Err(format!("after {words} words: {event}")),
            Some("done") => is_done = true,
            Some("token") => {
                words += 1;
                longest = longest.max(last.map_or(Duration::ZERO, |it| it.elapsed()));
                last = Some(Instant::now());
            }
            _ => {}
        }
    }
    if is_done {
        Ok(longest)
    } else {
        Err(format!("the stream broke off after {words} words"))
    }
}

/// Members who sign in, so many a second together, each time from another address.
pub(crate) fn logins(per_second: usize, members: &[&Tenant]) -> Load {
    let (base_url, started) = (members[0].place.base_url.clone(), Instant::now());
    let members: Vec<_> = members
        .iter()
        .map(|it| (it.email.clone(), it.password.clone()))
        .collect();
    let pace = Duration::from_secs(1) / u32::try_from(per_second).unwrap();
    Load::start(per_second, move |number| {
        let due = started + pace * u32::try_from(number).unwrap();
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let (email, password) = &members[number % members.len()];
        let address = format!("198.51.{}.{}", number / 250 % 250, number % 250 + 1);
        let api = Api::new(&base_url).with("cf-connecting-ip", &address);
        let asked = Instant::now();
        let answer = api.post("/api/v1/auth/login", &json!({ "email": email, "password": password }));
        match answer {
            Ok(answer) if answer.status == 200 => Ok(asked.elapsed()),
            Ok(answer) => Err(format!("{}: {}", answer.status, answer.text())),
            Err(why) => Err(format!("{why:#}")),
        }
    })
}
