//! The pages that links in mails lead to. A page only asks: mail scanners follow links, so nothing happens before a
//! button is pressed.
use crate::dialect::route::{Access, Route, get, post};
use crate::error_response;
use crate::extract;
use crate::site::{escape, html};
use axum::extract::{Path, Request, State};
use axum::response::Response;
use edge_core::recipient::{self, Scope, Subscription};
use edge_core::{App, Error, Kind, Result, escalation};
use http::{HeaderValue, StatusCode, header};

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
/// The longest form that a page or a mail program sends, in bytes.
const MAX_FORM: usize = 4_096;

const CONFIRM: &str = r#"<button class="button">Yes, send me the reply</button>"#;
const STOP_SENDER: &str =
    r#"<button class="button" name="from" value="workspace">No more mail from this sender</button>"#;
const STOP_ALL: &str =
    r#"<button class="button button--quiet" name="from" value="everybody">No more mail from anybody here</button>"#;
const RESUME: &str = r#"<button class="button button--quiet" name="from" value="nobody">Let mail come again</button>"#;

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const CONFIRMATION: &str = "/mail/confirm/{token}";
    const SUBSCRIPTION: &str = "/mail/unsubscribe/{token}";
    let open = Access::Open;
    [
        get(
            CONFIRMATION,
            ask,
            open,
            "Ask a visitor whether they want a reply by mail",
        ),
        post(CONFIRMATION, confirm, open, "Confirm that one wants a reply by mail"),
        get(SUBSCRIPTION, show, open, "Ask whose mail somebody does not want"),
        post(
            SUBSCRIPTION,
            unsubscribe,
            open,
            "End mail, also by a mail program (RFC 8058)",
        ),
    ]
    .map(Route::extension)
    .into()
}

async fn ask(State(app): State<App>, Path(token): Path<String>) -> Response {
    answer(&app, ask_page(&app, &token).await).await
}

async fn ask_page(app: &App, token: &str) -> Result<Page> {
    let found = recipient::confirmation(app, token).await?;
    if found.is_confirmed {
        return Ok(confirmed(&found.workspace_name));
    }
    let name = found.workspace_name;
    Ok(Page {
        title: "Do you want the reply?",
        text: format!("“{name}” has a reply to a question that was asked with your address, and may mail it to you."),
        buttons: CONFIRM.into(),
    })
}

async fn confirm(State(app): State<App>, Path(token): Path<String>) -> Response {
    let found = escalation::confirm_replies(&app, &token).await;
    answer(&app, found.map(|it| confirmed(&it.workspace_name))).await
}

fn confirmed(name: &str) -> Page {
    Page {
        title: "The reply is on its way",
        text: format!("“{name}” may mail replies to you. Each mail says how to get no more of them."),
        buttons: String::new(),
    }
}

async fn show(State(app): State<App>, Path(token): Path<String>) -> Response {
    let found = recipient::subscription(&app, &token).await;
    answer(&app, found.map(subscription)).await
}

async fn unsubscribe(State(app): State<App>, Path(token): Path<String>, request: Request) -> Response {
    let outcome = match scope(&app, request).await {
        Ok(scope) => recipient::unsubscribe(&app, &token, scope).await,
        Err(error) => Err(error),
    };
    answer(&app, outcome.map(subscription)).await
}

/// Reads which button was pressed. A mail program sends another form, and means the sender of its mail.
async fn scope(app: &App, request: Request) -> Result<Scope> {
    let (form, _memory) = extract::body(app, request, MAX_FORM).await?;
    Ok(match &*form {
        b"from=everybody" => Scope::Everybody,
        b"from=nobody" => Scope::Nobody,
        _ => Scope::Workspace,
    })
}

fn subscription(found: Subscription) -> Page {
    let Subscription {
        workspace_name: name,
        refused,
    } = found;
    let (title, text, buttons) = match (refused, name) {
        (Scope::Everybody, _) => (
            "You get no more mail",
            "Nobody can mail you from here any more, but for codes that you ask for.".into(),
            RESUME.into(),
        ),
        (_, None) => (
            "Do you want no more mail?",
            "Nobody will be able to mail you from here, but for codes that you ask for.".into(),
            STOP_ALL.into(),
        ),
        (Scope::Workspace, Some(name)) => (
            "You get no more of these mails",
            format!("“{name}” cannot mail you any more."),
            format!("{STOP_ALL} {RESUME}"),
        ),
        (Scope::Nobody, Some(name)) => (
            "Do you want no more mail?",
            format!("You got a mail from “{name}”. It can be the last one."),
            format!("{STOP_SENDER} {STOP_ALL}"),
        ),
    };
    Page { title, text, buttons }
}

/// What a page says, and the buttons of its form.
struct Page {
    title: &'static str,
    text: String,
    buttons: String,
}

async fn answer(app: &App, page: Result<Page>) -> Response {
    match page {
        Ok(page) => draw(app, StatusCode::OK, page).await,
        Err(error) if error.kind == Kind::NotFound => {
            let page = Page {
                title: "This link is not valid",
                text: "It is not complete, or what it was about is gone.".into(),
                buttons: String::new(),
            };
            draw(app, StatusCode::NOT_FOUND, page).await
        }
        Err(error) => error_response::unresolved(error),
    }
}

async fn draw(app: &App, status: StatusCode, page: Page) -> Response {
    let template = app.assets.read("mail.html").await;
    let template = template.and_then(|it| String::from_utf8(it).map_err(Error::internal));
    let Page { title, text, buttons } = page;
    match template {
        Ok(template) => {
            // Names by members are filled in last, so that they are not taken for a placeholder of the template.
            let page = template
                .replace("{{title}}", title)
                .replace("{{buttons}}", &buttons)
                .replace("{{text}}", &escape(&text));
            let mut response = html(page);
            *response.status_mut() = status;
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
            response
        }
        Err(error) => error_response::unresolved(error),
    }
}
