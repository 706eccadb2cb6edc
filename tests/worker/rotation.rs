//! A change of `AUTH_SECRET` on a running installation: a webhook, a sign-in and repeated requests go on.
use crate::harness::{Tenant, facts, own_plan, place_of};
use crate::webhook_receiver::{Received, WebhookReceiver};
use edge_core::webhook::signature::{SigningSecret, standard};
use edge_model::Timestamp;
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};
use xtask::api::{Answer, Api};
use xtask::secret::random;
use xtask::server::{Plan, Server};

/// Events that are on their way when the secret is changed.
const EVENTS: usize = 20;

/// What goes on across restarts.
struct Desk {
    tenant: Tenant,
    page: Api,
    program: Api,
    agent: String,
    secret: SigningSecret,
    /// The answers to the requests that are sent again.
    first: Vec<String>,
}

impl Desk {
    fn new(server: &Server, receiver: &WebhookReceiver) -> Self {
        let tenant = Tenant::new(&place_of(server), "ENTERPRISE");
        let collection = tenant.collection();
        tenant.upload(&collection, "ardenvale.md", &facts("Ardenvale", 412));
        tenant.wait_for_documents(1);
        let body = json!({ "name": "Ours", "url": receiver.url("/"), "event_types": ["FEEDBACK_RECEIVED"] });
        let made: Value = tenant.api.post(&tenant.path("webhooks"), &body).unwrap().ok().unwrap();
        let mut desk = Self {
            agent: tenant.agent(&collection),
            page: tenant.page(&tenant.widget_key(&["shop.example"]), "https://shop.example"),
            program: tenant.program("twin"),
            secret: SigningSecret::new(made["secret"].as_str().unwrap()).unwrap(),
            tenant,
            first: vec![],
        };
        desk.first = desk.repeat();
        desk
    }

    /// Sends the same requests with the same keys: one whose answer is kept sealed, and one whose answer is made again.
    fn repeat(&self) -> Vec<String> {
        let keyed = |api: &Api| api.with("idempotency-key", "rotation");
        let body = json!({ "title": "Hours", "content": "We are open from nine to five." });
        let note = keyed(&self.program).post("/v1/kb", &body).unwrap();
        let question = "When was the stone bridge of Ardenvale built?";
        let body = json!({ "agent_id": self.agent, "session_id": "s", "message": question });
        let frames = keyed(&self.page).events("/api/v1/widget/chat", &body).unwrap();
        let frames: Vec<Value> = frames.map(Result::unwrap).collect();
        assert_eq!(frames.last().unwrap()["type"], "done", "{frames:?}");
        let said: String = frames.iter().filter_map(|it| it["content"].as_str()).collect();
        let message = frames[0]["message_id"].as_str().unwrap().to_owned();
        assert_eq!(note.status, 201, "{}", note.text());
        vec![note.text(), message, said]
    }

    fn cause(&self, from: usize) {
        for number in from..from + EVENTS {
            let comment = format!("event {number}");
            let body = json!({ "message_id": self.first[1], "feedback_type": "THUMBS_UP", "comment": comment });
            let answer = self.page.post("/api/v1/widget/feedback", &body).unwrap();
            assert_eq!(answer.status, 201, "{}", answer.text());
        }
    }

    /// Asserts that so many events have come, each signed with the customer's secret.
    fn has_received(&self, receiver: &WebhookReceiver, count: usize) {
        for one in receiver.wait(Duration::from_secs(90), |it| comments(it).len() >= count) {
            let at = Timestamp(one.headers["webhook-timestamp"].parse::<i64>().unwrap() * 1_000);
            let id = &one.headers["webhook-id"];
            let expected = standard(std::slice::from_ref(&self.secret), id, at, one.body.as_bytes()).unwrap();
            assert_eq!(one.headers["webhook-signature"], expected);
        }
    }

    fn profile(&self) -> Answer {
        self.tenant.api.get("/api/v1/auth/me").unwrap()
    }
}

fn comments(received: &[Received]) -> std::collections::BTreeSet<String> {
    let comment = |it: &Received| serde_json::from_str::<Value>(&it.body).unwrap()["data"]["comment"].to_string();
    received.iter().map(comment).collect()
}

fn standing(server: &Server) -> Value {
    let plan = server.plan();
    let operator = Api::new(&plan.base_url()).with("x-operator-token", &plan.settings["OPERATOR_TOKEN"]);
    operator.get("/api/v1/operator/auth-keys").unwrap().ok().unwrap()
}

/// Gives a plan a new secret, and keeps the old one.
fn rotated(mut plan: Plan) -> Plan {
    let old = plan.settings.insert("AUTH_SECRET".into(), random(48).unwrap()).unwrap();
    plan.settings.insert("AUTH_SECRET_PREVIOUS".into(), old);
    plan
}

#[test]
fn the_secret_is_changed_while_everything_goes_on() {
    let receiver = WebhookReceiver::start(Duration::from_millis(200));
    let mut plan = own_plan("rotation");
    plan.settings
        .insert("ALLOW_PRIVATE_HOSTS".into(), format!("127.0.0.1:{}", receiver.port));
    let server = Server::start(plan).unwrap();
    let desk = Desk::new(&server, &receiver);
    desk.cause(0);
    // Some events are on their way still.
    let server = Server::start(rotated(server.kill())).unwrap();
    assert_eq!(desk.profile().status, 200, "the sign-in goes on");
    assert_eq!(desk.repeat(), desk.first);
    desk.cause(EVENTS);
    desk.has_received(&receiver, 2 * EVENTS);
    // The first request of an isolate sweeps; from then on the rows are sealed anew in the background.
    let began = Instant::now();
    while standing(&server)["keys"][1]["sealed"] != 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", standing(&server));
        thread::sleep(Duration::from_millis(200));
    }
    let mut plan = server.kill();
    plan.settings.remove("AUTH_SECRET_PREVIOUS").unwrap();
    let server = Server::start(plan).unwrap();
    assert_eq!(standing(&server)["lost"], 0);
    assert_eq!(desk.repeat(), desk.first);
    desk.cause(2 * EVENTS);
    desk.has_received(&receiver, 3 * EVENTS);
    assert_eq!(desk.profile().status, 401, "sign-ins of the old secret end with it");
    let login = json!({ "email": desk.tenant.email, "password": desk.tenant.password });
    assert_eq!(
        Api::new(&desk.tenant.place.base_url)
            .post("/api/v1/auth/login", &login)
            .unwrap()
            .status,
        200
    );
    drop(server);
}
