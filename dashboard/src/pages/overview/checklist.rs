//! The way from nothing to an answering widget, with live progress.
use crate::components::icon::{Icon, icon};
use crate::components::meter::Meter;
use crate::paths;
use crate::shell::CurrentWorkspace;
use crate::state::checklist::{Facts, STEPS, Standing, Step};
use leptos::prelude::*;
use shared::agent::AgentSummary;

/// The steps.
#[component]
pub fn Checklist(facts: Memo<Facts>, agents: Memo<Vec<AgentSummary>>) -> impl IntoView {
    let done = Memo::new(move |_| facts.get().count_done());
    let percent = Memo::new(move |_| u32::try_from(done.get() * 100 / STEPS.len()).unwrap_or(100));
    let rows = STEPS
        .into_iter()
        .map(|step| view! { <Line step=step facts=facts agents=agents /> })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="checklist-title">
            <header class="checklist__head">
                <h2 class="card__title" id="checklist-title">"Get your first answer"</h2>
                <p class="card__text" role="status">{move || format!("{} of {} done", done.get(), STEPS.len())}</p>
                <Meter label="Steps done" percent=percent tone="good" />
            </header>
            <ol>{rows}</ol>
        </section>
    }
}

#[component]
fn Line(step: Step, facts: Memo<Facts>, agents: Memo<Vec<AgentSummary>>) -> impl IntoView {
    let current = expect_context::<CurrentWorkspace>();
    let standing = Memo::new(move |_| facts.get().standing(step));
    let class = move || match standing.get() {
        Standing::Done => "step step--done",
        Standing::UnderWay => "step step--busy",
        Standing::Next => "step step--next",
        Standing::Later => "step",
    };
    let said = move || match standing.get() {
        Standing::Done => "Done: ",
        Standing::UnderWay => "Under way: ",
        Standing::Next | Standing::Later => "",
    };
    let mark = move || match standing.get() {
        Standing::Done => icon(Icon::Check).into_any(),
        Standing::UnderWay => view! { <i class="spinner"></i> }.into_any(),
        Standing::Next | Standing::Later => view! { <span>{number(step)}</span> }.into_any(),
    };
    let action = move || {
        let button = if standing.get() == Standing::Next {
            "button button--primary"
        } else {
            "button"
        };
        let (label, address) = way(step, &current.id.get(), &agents.get())?;
        (standing.get() != Standing::Done).then(|| view! { <a class=button href=address>{label}</a> })
    };
    view! {
        <li class=class>
            <span class="step__mark" aria-hidden="true">{mark}</span>
            <div class="step__text">
                <h3 class="step__title"><span class="visually-hidden">{said}</span>{title(step)}</h3>
                <p class="step__line">{move || line(step, &facts.get())}</p>
            </div>
            {action}
        </li>
    }
}

fn number(step: Step) -> usize {
    STEPS.into_iter().position(|other| other == step).map_or(0, |at| at + 1)
}

fn title(step: Step) -> &'static str {
    match step {
        Step::Knowledge => "Add knowledge",
        Step::Agent => "Create an agent",
        Step::Test => "Ask it something",
        Step::Publish => "Publish it",
        Step::Embed => "Put it on your website",
    }
}

fn line(step: Step, facts: &Facts) -> String {
    let many = |count: u64, noun: &str| {
        if count == 1 {
            format!("1 {noun}")
        } else {
            format!("{count} {noun}s")
        }
    };
    match (step, facts.standing(step)) {
        (Step::Knowledge, Standing::Done) => {
            format!("{} ready to answer from.", many(facts.documents_ready, "document"))
        }
        (Step::Knowledge, Standing::UnderWay) => {
            format!("Reading {}\u{2026}", many(facts.documents_processing, "document"))
        }
        (Step::Knowledge, _) => "Upload the pages, manuals and answers that you have already written.".to_owned(),
        (Step::Agent, Standing::Done) => format!("{} made.", many(facts.agents, "agent")),
        (Step::Agent, _) => "Give it a name and a tone. It answers from your documents at once.".to_owned(),
        (Step::Test, Standing::Done) => "It has answered you.".to_owned(),
        (Step::Test, _) => "See the answer, how sure it is, and the passages it stands on.".to_owned(),
        (Step::Publish, Standing::Done) => "Visitors can talk to it.".to_owned(),
        (Step::Publish, _) => "Visitors get the published version; you go on editing the draft.".to_owned(),
        (Step::Embed, Standing::UnderWay) => {
            "Waiting for the first visitor: this is done when the widget loads on your site.".to_owned()
        }
        (Step::Embed, _) => "Copy three lines into your page.".to_owned(),
    }
}

/// Returns where a step is walked; nothing while what comes before it is missing.
fn way(step: Step, workspace: &str, agents: &[AgentSummary]) -> Option<(&'static str, String)> {
    let agent = agents.first().map(|agent| paths::agent(workspace, &agent.id));
    match step {
        Step::Knowledge => Some(("Add documents", paths::within(workspace, "documents"))),
        Step::Agent => Some(("Create agent", paths::within(workspace, "agents"))),
        Step::Test => Some(("Test agent", agent?)),
        Step::Publish => Some(("Publish", agent?)),
        Step::Embed => {
            let published = agents.iter().any(|agent| agent.status == "PUBLISHED");
            published.then(|| ("Show the code", paths::within(workspace, "") + "#embed-title"))
        }
    }
}
