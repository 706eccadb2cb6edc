//! The Twin API on the real runtime: a text is given, asked about, and the month's answers run out exactly.
use crate::harness::{Tenant, shared_worker};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};
use xtask::api::Api;

/// A FREE workspace's answers a month (`public/docs/api-twin.md#what-are-the-limits-of-the-twin-api`).
const LIMIT: usize = 500;
/// How many of them are left when the race begins.
const LEFT: usize = 10;
/// How many questions run the race.
const RACERS: usize = 40;
/// A key's requests a minute.
const PER_KEY: usize = 60;

fn ask(program: &Api, message: &str) -> (u16, Value) {
    let answer = program.post("/v1/twin", &json!({ "message": message })).unwrap();
    (answer.status, answer.json())
}

#[test]
fn a_text_that_was_given_is_answered_from() {
    let tenant = Tenant::new(shared_worker(), "FREE");
    let program = tenant.program("twin");
    let policy = "Under $50 no pre-approval needed. $50–$500 requires manager email approval before purchase. Submit \
        via Expensify by the 20th.";
    let doc = json!({ "title": "Expense reimbursement policy", "type": "policy", "content": policy });
    let made = program.post("/v1/kb", &doc).unwrap();
    assert_eq!(made.status, 201, "{}", made.text());
    let began = Instant::now();
    loop {
        let (status, answer) = ask(&program, "What is the expense policy?");
        assert_eq!(status, 200, "{answer}");
        if answer["shouldEscalate"] == false {
            assert_eq!(answer["sources"], json!(["Expense reimbursement policy"]), "{answer}");
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{answer}");
        thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn the_last_answers_of_a_month_go_to_as_many_as_there_are() {
    let tenant = Tenant::new(shared_worker(), "FREE");
    let used = LIMIT - LEFT;
    let earlier: Vec<(Api, usize)> = (0..used.div_ceil(PER_KEY))
        .map(|number| (tenant.program("twin"), PER_KEY.min(used - number * PER_KEY)))
        .collect();
    thread::scope(|scope| {
        for (program, times) in &earlier {
            scope.spawn(move || {
                for _ in 0..*times {
                    assert_eq!(ask(program, "Is anybody there?").0, 200);
                }
            });
        }
    });
    let program = tenant.program("twin");
    let answers: Vec<(u16, Value)> = thread::scope(|scope| {
        let asking = |_| scope.spawn(|| ask(&program, "Is anybody there?"));
        let asking: Vec<_> = (0..RACERS).map(asking).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let passed = answers.iter().filter(|it| it.0 == 200).count();
    let text = "Monthly answer limit reached (500/500). Upgrade to Pro for 2,000 answers/month.";
    let over = answers
        .iter()
        .filter(|it| it.0 == 402 && it.1 == json!({ "error": text }))
        .count();
    assert_eq!((passed, over), (LEFT, RACERS - LEFT), "{answers:?}");
}
