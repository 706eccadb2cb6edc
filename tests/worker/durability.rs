//! Nothing that was acknowledged is lost when the power goes.
use crate::harness::{Tenant, facts, own_plan, place_of};
use serde_json::json;
use shared::agent::TestAnswer;
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use xtask::server::Server;

const UPLOADS: usize = 20;

/// Twenty towns whose names share no word.
const TOWNS: [&str; UPLOADS] = [
    "Aldermere",
    "Birchwick",
    "Caldwell",
    "Dunmarsh",
    "Eastbourne",
    "Fernhollow",
    "Greyford",
    "Hartsfield",
    "Ironbridge",
    "Juniper",
    "Kingsley",
    "Larkspur",
    "Moorgate",
    "Netherby",
    "Oakhaven",
    "Pinecrest",
    "Quarrington",
    "Ravenscar",
    "Silverdale",
    "Thornbury",
];

#[test]
fn twenty_acknowledged_uploads_survive_a_crash() {
    let server = Server::start(own_plan("durability")).unwrap();
    let tenant = Tenant::new(&place_of(&server), "ENTERPRISE");
    let collection = tenant.collection();
    let agent = tenant.agent(&collection);

    let acknowledged: BTreeSet<String> = thread::scope(|scope| {
        let halves = TOWNS.chunks(UPLOADS / 4).enumerate().map(|(part, towns)| {
            let (tenant, collection) = (&tenant, &collection);
            scope.spawn(move || upload(tenant, collection, towns, part * UPLOADS / 4))
        });
        halves
            .collect::<Vec<_>>()
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect()
    });
    assert_eq!(acknowledged.len(), UPLOADS);

    // Some jobs are done by now, one is under way, others have not begun.
    thread::sleep(a_random_moment());
    let plan = server.kill();
    let server = Server::start(plan).unwrap();
    tenant.wait_for_documents(UPLOADS);

    let list = tenant.api.get(&tenant.path("documents")).unwrap().json();
    let kept: BTreeSet<String> = list["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kept, acknowledged);
    for (number, town) in TOWNS.iter().enumerate() {
        let question = json!({ "message": format!("How many sacks of grain does the mill of {town} grind a day?") });
        let path = tenant.path(&format!("agents/{agent}/test"));
        let answer: TestAnswer = tenant.api.post(&path, &question).unwrap().ok().unwrap();
        let sacks = format!("{} sacks", 100 + number);
        assert!(
            answer.answered && answer.response.contains(&sacks),
            "{town}: {answer:?}"
        );
    }
    drop(server);
}

fn upload(tenant: &Tenant, collection: &str, towns: &[&str], first: usize) -> Vec<String> {
    let one = |(number, town): (usize, &&str)| {
        tenant
            .upload(collection, &format!("{town}.md"), &facts(town, 100 + first + number))
            .id
    };
    towns.iter().enumerate().map(one).collect()
}

/// Up to a second and a half: about as long as the jobs take.
fn a_random_moment() -> Duration {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    Duration::from_micros(u64::from(nanos) / 1_000 % 1_500_000)
}
