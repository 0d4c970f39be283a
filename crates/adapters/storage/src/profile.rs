//! The shared credentials file of AWS's tools
//! (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html>).

use std::path::PathBuf;

use configparser::ini::Ini;

/// Credentials of a profile.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// Those of `AWS_PROFILE` (else `default`) in `AWS_SHARED_CREDENTIALS_FILE` (else `~/.aws/credentials`). `None` when there is no file.
pub(crate) fn shared() -> Result<Option<Profile>, String> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let home = || Some(PathBuf::from(variable("HOME")?).join(".aws/credentials"));
    let path = variable("AWS_SHARED_CREDENTIALS_FILE")
        .map(PathBuf::from)
        .or_else(home);
    let Some(path) = path.filter(|path| path.exists()) else {
        return Ok(None);
    };
    let name = variable("AWS_PROFILE").unwrap_or_else(|| "default".to_owned());
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    read(text, &name)
        .map_err(|error| format!("{}: {error}", path.display()))?
        .map(Some)
        .ok_or_else(|| format!("{}: the profile “{name}” has no credentials", path.display()))
}

fn read(text: String, name: &str) -> Result<Option<Profile>, String> {
    let mut file = Ini::new_cs();
    file.read(text)?;
    let value = |key| file.get(name, key);
    let pair = value("aws_access_key_id").zip(value("aws_secret_access_key"));
    Ok(pair.map(|(id, secret)| Profile {
        id,
        secret,
        token: value("aws_session_token"),
    }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_profile_has_its_own_credentials() {
        let file = "[default]\naws_access_key_id = A\naws_secret_access_key = s/+=\n\n[other]\naws_access_key_id=B\n\
                    aws_secret_access_key=t\naws_session_token=u\n[empty]\n";
        let read = |name| super::read(file.to_owned(), name).unwrap();
        assert_eq!(read("default").unwrap().secret, "s/+=");
        assert_eq!(read("other").unwrap().token.as_deref(), Some("u"));
        assert_eq!(read("empty"), None);
        assert_eq!(read("none"), None);
    }
}
