//! A crash in the background ends no answer, and other workspaces' background work still ends.
use crate::harness::{Tenant, facts, own_plan, place_of};
use crate::load::{logins, streams};
use crate::model_server::{ModelServer, Reply};
use crate::traps::Traps;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};
use xtask::server::{Plan, Server};

/// How often the jobs Worker has to crash meanwhile.
const CRASHES: usize = 3;
/// How long that may take: the platform waits ever longer before it runs an alarm again.
const CRASHES_TIMEOUT: Duration = Duration::from_secs(90);

/// The built script, whose `JobsDo` reads memory that is not there when it works for one workspace: a real trap of the
/// real instance.
const POISONED: &str = r#"import entry, { JobsDo as Real } from "SCRIPT";
export * from "SCRIPT";
export default entry;
export class JobsDo {
  constructor(state, env) {
    this.isPoisoned = state.id.name === "WORKSPACE";
    this.real = new Real(state, env);
  }
  fetch(request) {
    return this.real.fetch(request);
  }
  alarm() {
    const self = this.isPoisoned ? { __wbg_ptr: 0xfffffff0 } : this.real;
    return this.real.alarm.call(self);
  }
}
"#;

#[test]
fn a_crash_in_the_background_ends_no_stream_and_no_login() {
    let model = ModelServer::start();
    model.always(Reply::Says(
        Duration::from_millis(50),
        vec!["It was built in 1412 [1]. "; 60],
    ));
    let mut plan = own_plan("bulkheads");
    let host = format!("127.0.0.1:{}", model.port);
    for (name, value) in [
        ("LLM_BASE_URL", format!("http://{host}/v1")),
        ("LLM_MODEL", "scripted".into()),
        ("ALLOW_PRIVATE_HOSTS", host),
    ] {
        plan.settings.insert(name.into(), value);
    }
    let server = Server::start(plan).unwrap();
    let place = place_of(&server);
    let (healthy, poisoned) = (Tenant::new(&place, "ENTERPRISE"), Tenant::new(&place, "ENTERPRISE"));
    let collection = healthy.collection();
    healthy.upload(&collection, "ardenvale.md", &facts("Ardenvale", 412));
    healthy.wait_for_documents(1);
    let agent = healthy.agent(&collection);
    let page = healthy.page(&healthy.widget_key(&["shop.example"]), "https://shop.example");
    let mut plan = server.plan().clone();
    drop(server);

    plan.jobs_script = poisoned_script(&plan, &poisoned.id);
    let server = Server::start(plan).unwrap();
    let streams = streams(20, &page, &agent, "When was the stone bridge of Ardenvale built?");
    let logins = logins(5, &[&healthy, &poisoned]);
    let began = Instant::now();
    poisoned.upload(&poisoned.collection(), "poison.md", &facts("Poison", 13));
    let crashes = |traps: &Traps| traps.others.get("edgewise-jobs").copied().unwrap_or_default();
    let mut number = 0;
    while crashes(&Traps::in_log(server.plan())) < CRASHES {
        assert!(began.elapsed() < CRASHES_TIMEOUT, "{}", Traps::in_log(server.plan()));
        // Others' background work goes on in the isolate that has just been replaced.
        number += 1;
        healthy.upload(
            &collection,
            &format!("town-{number}.md"),
            &facts(&format!("Town{number}"), number),
        );
        server.fire_cron();
        thread::sleep(Duration::from_secs(1));
    }
    healthy.wait_for_documents(1 + number);
    let (streams, logins) = (streams.stop(), logins.stop());
    let traps = Traps::in_log(server.plan());
    println!("{traps}");
    streams.expect_no_failure("streams");
    logins.expect_no_failure("logins");
    assert_eq!(traps.main, Vec::<String>::new(), "the main Worker crashed");
}

fn poisoned_script(plan: &Plan, workspace: &str) -> PathBuf {
    let script = plan.state.join("poisoned.js");
    let text = POISONED
        .replace("SCRIPT", &plan.script.display().to_string())
        .replace("WORKSPACE", workspace);
    fs::write(&script, text).unwrap();
    script
}
