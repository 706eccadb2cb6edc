//! A website on this machine, with five hundred pages and every trap that crawlers fall into.
use crate::listener::{Call, listen};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How many pages with a text of their own there are, without the front page.
pub(crate) const PAGES: usize = 500;
/// How long the slow page takes.
const SLOW: Duration = Duration::from_secs(40);

/// The site. It ends with the test.
pub(crate) struct Website {
    pub(crate) port: u16,
    log: Arc<Mutex<Vec<String>>>,
}

impl Website {
    pub(crate) fn start() -> Self {
        let log = Arc::default();
        let theirs = Arc::clone(&log);
        Self {
            port: listen(move |call| answer(call, &theirs)),
            log,
        }
    }

    /// An address of it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Returns how often each path was asked for.
    pub(crate) fn asked(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for path in self.log.lock().unwrap().iter() {
            *counts.entry(path.clone()).or_insert(0) += 1;
        }
        counts
    }
}

fn answer(mut call: Call, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let path = call.path();
    log.lock().unwrap().push(path.clone());
    let (status, head, body) = reply(&path);
    call.reply(status, &head, &body)
}

type Answer = (&'static str, String, Vec<u8>);

fn html(title: &str, text: &str, links: &[String]) -> Answer {
    let links: String = links.iter().map(|it| format!("<a href=\"{it}\">{it}</a> ")).collect();
    let body = format!(
        "<!doctype html><html lang=en><head><title>{title}</title></head><body><nav>{links}</nav>\
         <main><h1>{title}</h1><p>{text}</p></main></body></html>"
    );
    (
        "200 OK",
        "content-type: text/html; charset=utf-8\r\n".into(),
        body.into_bytes(),
    )
}

fn reply(path: &str) -> Answer {
    let (name, query) = path.split_once('?').unwrap_or((path, ""));
    let number = name
        .rsplit('/')
        .next()
        .and_then(|it| it.parse::<usize>().ok())
        .unwrap_or_default();
    let to = |location: &str| ("302 Found", format!("location: {location}\r\n"), vec![]);
    let text = |media_type: &str, body: &str| {
        (
            "200 OK",
            format!("content-type: {media_type}\r\n"),
            body.as_bytes().to_vec(),
        )
    };
    match name.split('/').nth(1).unwrap_or_default() {
        "robots.txt" => text("text/plain", "User-agent: *\nDisallow: /secret\nDisallow: /*?action=\n"),
        "" => {
            let traps = [
                "/calendar/2026/1",
                "/page/1?PHPSESSID=0123456789abcdef0123",
                "/loop/1",
                "/secret/plan",
                "/slow",
                "/huge",
                "/picture",
                "/program.exe",
                "/page/2?action=edit",
                "/private",
                "/gone",
                "/a/b/a/b/a/b/a/b",
            ];
            html(
                "Front page",
                "Here it begins.",
                &traps
                    .iter()
                    .map(|it| (*it).to_owned())
                    .chain([page(1)])
                    .collect::<Vec<_>>(),
            )
        }
        "page" if (1..=PAGES).contains(&number) => {
            let next = [
                page(2 * number),
                page(2 * number + 1),
                page(1),
                format!("/calendar/2026/{}", 1 + number % 12),
            ];
            let fact = format!("The number of room {number} is {}.", number * 7 + 1_000);
            html(&format!("Room {number}"), &fact, &next)
        }
        "calendar" => {
            let year: usize = name.split('/').nth(2).and_then(|it| it.parse().ok()).unwrap_or(2026);
            let (year, month) = if number >= 12 {
                (year + 1, 1)
            } else {
                (year, number + 1)
            };
            html(
                &format!("Calendar {name}"),
                &format!("Nothing happens in {name}."),
                &[format!("/calendar/{year}/{month}")],
            )
        }
        "loop" => to(if number == 1 { "/loop/2" } else { "/loop/1" }),
        "private" => to("http://169.254.169.254/latest/meta-data/"),
        "slow" => {
            thread::sleep(SLOW);
            html("Slow", "At last.", &[])
        }
        "huge" => (
            "200 OK",
            "content-type: text/html\r\n".into(),
            vec![b'x'; 12 * 1024 * 1024],
        ),
        "picture" => ("200 OK", "content-type: image/png\r\n".into(), b"\x89PNG".to_vec()),
        "secret" => html("Secret", "Nobody may read this.", &[]),
        _ if query.starts_with("action") => html("Edit", "Nobody may edit this.", &[]),
        _ => ("404 Not Found", String::new(), vec![]),
    }
}

fn page(number: usize) -> String {
    format!("/page/{number}")
}
