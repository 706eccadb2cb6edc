//! The operator of an installation: a caller with the operator token of its settings.
use crate::address::ClientAddress;
use crate::app::App;
use crate::ports::Window;
use crate::{Error, Result, secret, throttle};

/// How many wrong tokens a quarter of an hour has from one network.
const WRONG_TOKENS: u64 = 10;

/// The operator, let in.
#[derive(Clone, Copy, Debug)]
pub struct Operator(());

/// Lets in a caller who shows the operator's token. Without a token set, there are no such operations. Only wrong
/// tokens are counted, and only once they were compared, so that the operator has no limit.
///
/// # Errors
/// [`crate::Kind::NotFound`] without a token set; [`crate::Kind::Unauthenticated`] for another token;
/// [`crate::Kind::RateLimited`] after too many of these from one network.
pub async fn authenticate(app: &App, from: &ClientAddress, token: Option<&str>) -> Result<Operator> {
    let Some(expected) = &app.settings.operator_token else {
        return Err(Error::not_found("page"));
    };
    let wrong = || Error::unauthenticated("the operator token is missing or wrong");
    let token = token.filter(|it| !it.is_empty()).ok_or_else(wrong)?;
    throttle::check(app, from, "operator", WRONG_TOKENS, Window::QuarterHour).await?;
    if !secret::is_equal(token.as_bytes(), expected.as_bytes()) {
        // Guesses at the same time may be a few more than the figure; a token of so many bits is not guessed by that.
        throttle::count(app, from, "operator", WRONG_TOKENS, Window::QuarterHour).await?;
        return Err(wrong());
    }
    Ok(Operator(()))
}
