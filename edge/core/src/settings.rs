//! Settings: read once, checked once, named in words when they will not do.
use edge_model::plan::Plan;

/// How this installation is set up. Every member is documented in `public/docs/configuration.md`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Signs tokens; at least 32 characters.
    pub auth_secret: String,
    /// The plan of a new workspace.
    pub default_plan: Plan,
    /// Opens the operator's routes; none closes them.
    pub operator_token: Option<String>,
    /// Where this installation is reached, for links in mails; empty when unknown.
    pub public_url: String,
    /// The sender of our mails.
    pub mail_from: String,
    /// Hosts that may be reached although they are private: development only.
    pub allow_private_hosts: Vec<String>,
}

impl Settings {
    /// Reads the settings from wherever `lookup` finds them; an empty value counts as absent.
    ///
    /// # Errors
    /// Names the setting that is missing or malformed and says why.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let get = |name: &str| lookup(name).map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        let auth_secret = get("AUTH_SECRET").ok_or("AUTH_SECRET is not set: it signs sign-in tokens")?;
        if auth_secret.len() < 32 {
            return Err("AUTH_SECRET must be at least 32 characters long".into());
        }
        let plan = get("DEFAULT_PLAN").unwrap_or_else(|| "FREE".into());
        let default_plan = Plan::parse(&plan)
            .ok_or_else(|| format!("DEFAULT_PLAN must be FREE, STARTER, PROFESSIONAL or ENTERPRISE, is `{plan}`"))?;
        let public_url = get("PUBLIC_URL").unwrap_or_default();
        if !public_url.is_empty() && url::Url::parse(&public_url).is_err() {
            return Err(format!("PUBLIC_URL must be a URL, is `{public_url}`"));
        }
        let hosts = get("ALLOW_PRIVATE_HOSTS").unwrap_or_default();
        Ok(Self {
            auth_secret,
            default_plan,
            operator_token: get("OPERATOR_TOKEN"),
            public_url: public_url.trim_end_matches('/').into(),
            mail_from: get("MAIL_FROM").unwrap_or_else(|| "no-reply@edgewise.example".into()),
            allow_private_hosts: hosts
                .split(',')
                .map(|it| it.trim().to_lowercase())
                .filter(|it| !it.is_empty())
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(|name| pairs.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()))
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        let secret = ("AUTH_SECRET", "0123456789abcdef0123456789abcdef");
        assert!(read(&[]).is_err_and(|it| it.contains("AUTH_SECRET")));
        assert!(read(&[("AUTH_SECRET", "short")]).is_err_and(|it| it.contains("AUTH_SECRET")));
        assert!(read(&[secret, ("DEFAULT_PLAN", "GOLD")]).is_err_and(|it| it.contains("DEFAULT_PLAN")));
        assert!(read(&[secret, ("PUBLIC_URL", "not a url")]).is_err_and(|it| it.contains("PUBLIC_URL")));
        let settings = read(&[secret, ("ALLOW_PRIVATE_HOSTS", "localhost, 127.0.0.1")]);
        assert_eq!(
            settings.map(|it| it.allow_private_hosts),
            Ok(vec!["localhost".to_owned(), "127.0.0.1".into()])
        );
    }
}
