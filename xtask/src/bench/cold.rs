//! The first answer of an isolate that has nothing in its memory yet, compared with those that follow.
use crate::api::Api;
use crate::build::Build;
use crate::demo::{self, Credentials};
use crate::progress::step;
use crate::secret;
use crate::server::Server;
use crate::test::plan;
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Instant;

/// Documents, and passages in each: 10,000 in all.
const DOCUMENTS: usize = 5;
const PASSAGES: usize = 2_000;
/// How often the server is ended and started again.
const ROUNDS: usize = 5;
/// How many answers follow the first in each round.
const WARM: usize = 20;

/// Measures, prints and returns all figures.
pub(super) fn run(build: &Build) -> Result<Value> {
    println!("\n── the first answer of a cold isolate, over 10,000 passages ──");
    build.make()?;
    let mut server = step("wrangler dev", || Server::start(plan(build, "cold")?))?;
    let demo = step("the demo", || demo::ready(&server))?;
    let passages = step("10,000 passages", || fill(&demo))?;
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        server = step(&format!("start {round} of {ROUNDS}"), || Server::start(server.kill()))?;
        let api = Api::new(&server.plan().base_url())
            .with("x-api-key", demo.keys.widget.as_deref().unwrap_or_default())
            .with("origin", "http://localhost");
        cold.push(ask(&api, &demo.agent_id)?);
        for _ in 0..WARM {
            warm.push(ask(&api, &demo.agent_id)?);
        }
    }
    let (cold, warm) = (median(cold), median(warm));
    println!(
        "first answer {cold:.0} ms, a later one {warm:.0} ms, {:.0} ms more; medians",
        cold - warm
    );
    Ok(json!({ "passages": passages, "rounds": ROUNDS, "first_ms": cold, "later_ms": warm, "more_ms": cold - warm }))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Asks as a visitor does, and returns the milliseconds until the answer has ended.
fn ask(api: &Api, agent_id: &str) -> Result<f64> {
    let session_id = secret::random(16)?;
    let question = json!({
        "agent_id": agent_id, "session_id": session_id, "message": "How do I put the widget on my page?"
    });
    let began = Instant::now();
    for event in api.events("/api/v1/widget/chat", &question)? {
        let event = event?;
        match event["type"].as_str() {
            Some("done") => return Ok(began.elapsed().as_secs_f64() * 1000.0),
            Some("error") => bail!("the answer failed: {event}"),
            _ => {}
        }
    }
    bail!("the answer ended before its end")
}

/// Adds 10,000 passages to the documentation of the demo, and returns how many the workspace has then.
fn fill(demo: &Credentials) -> Result<u64> {
    let api = Api::new(&demo.base_url);
    let login = json!({ "email": demo.email, "password": demo.password });
    let token: Value = api.post("/api/v1/auth/login", &login)?.ok()?;
    let api = api.signed_in(token["access_token"].as_str().context("a token")?);
    let workspace = format!("/api/v1/workspaces/{}", demo.workspace_id);
    let list = |api: &Api| -> Result<Vec<Value>> {
        let list: Value = api.get(&format!("{workspace}/documents"))?.ok()?;
        Ok(list["documents"].as_array().cloned().unwrap_or_default())
    };
    let before = list(&api)?.len();
    for number in 0..DOCUMENTS {
        let name = format!("manual-{number}.md");
        let fields = [("collection_id", demo.collection_id.as_str()), ("title", name.as_str())];
        let answer = api.upload(
            &format!("{workspace}/documents"),
            &name,
            manual(number)?.as_bytes(),
            &fields,
        )?;
        answer.ok::<Value>().with_context(|| format!("uploading {name}"))?;
        demo::wait_for_documents(&api, &workspace, before + number + 1)?;
    }
    Ok(list(&api)?
        .iter()
        .filter_map(|document| document["chunk_count"].as_u64())
        .sum())
}

/// A manual of many sections with made-up words, the same every time; frequent words are short, as in any language.
fn manual(number: usize) -> Result<String> {
    const SYLLABLES: [&str; 16] = [
        "la", "mo", "ri", "ten", "ka", "su", "vor", "el", "dim", "pa", "que", "no", "fi", "gra", "bu", "shi",
    ];
    let mut state = u64::try_from(number)? + 1;
    let mut below = |end: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    let mut text = String::new();
    for section in 0..PASSAGES {
        write!(text, "# Section {section}\n\n")?;
        for _ in 0..10 {
            for _ in 0..12 {
                for _ in 0..=below(3) {
                    text.push_str(SYLLABLES.get(usize::try_from(below(16))?).copied().unwrap_or_default());
                }
                text.push(' ');
            }
            text.pop();
            text.push_str(". ");
        }
        text.push_str("\n\n");
    }
    Ok(text)
}
