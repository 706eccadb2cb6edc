//! A Worker that is stopped and started again.
use crate::harness::{Tenant, facts, own_plan, place_of};
use serde_json::json;
use shared::agent::TestAnswer;
use xtask::api::Api;
use xtask::demo;
use xtask::server::Server;

#[test]
fn a_second_start_finds_everything_and_makes_no_second_demo() {
    let server = Server::start(own_plan("restart")).unwrap();
    let made = demo::ready(&server).unwrap();
    let tenant = Tenant::new(&place_of(&server), "ENTERPRISE");
    let collection = tenant.collection();
    tenant.upload(&collection, "corrin.md", &facts("Corrin", 31));
    tenant.wait_for_documents(1);
    let agent = tenant.agent(&collection);

    let plan = server.plan().clone();
    drop(server);
    let server = Server::start(plan).unwrap();
    let found = demo::ready(&server).unwrap();
    assert_eq!((found.agent_id, found.keys.widget), (made.agent_id, made.keys.widget));
    let login = json!({ "email": tenant.email, "password": tenant.password });
    assert_eq!(
        Api::new(&tenant.place.base_url)
            .post("/api/v1/auth/login", &login)
            .unwrap()
            .status,
        200
    );
    let path = tenant.path(&format!("agents/{agent}/test"));
    let question = json!({ "message": "How many sacks of grain does the mill of Corrin grind?" });
    let answer: TestAnswer = tenant.api.post(&path, &question).unwrap().ok().unwrap();
    assert!(answer.answered && answer.response.contains("31"), "{answer:?}");
}
