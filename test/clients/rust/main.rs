//! What an application does with the SDK: answers each step that it reads from stdin, in one process and one client.
use aws_config::BehaviorVersion;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::primitives::ByteStream;
use std::error::Error;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

struct Clients {
    s3: aws_sdk_s3::Client,
    sts: aws_sdk_sts::Client,
}

impl Clients {
    async fn answer(&self, step: &str) -> Result<String, Box<dyn Error>> {
        Ok(match step {
            "identity" => self.sts.get_caller_identity().send().await?.arn.unwrap_or_default(),
            "list" => {
                let page = self.s3.list_objects_v2().bucket("demo").send().await?;
                page.contents().iter().filter_map(|object| object.key()).collect::<Vec<_>>().join("\n")
            }
            "read" => {
                let object = self.s3.get_object().bucket("demo").key("hello.txt").send().await?;
                String::from_utf8(object.body.collect().await?.to_vec())?
            }
            "write" => {
                let body = ByteStream::from_static(b"new");
                self.s3.put_object().bucket("demo").key("new.txt").body(body).send().await?;
                "written".into()
            }
            "version" => aws_sdk_s3::meta::PKG_VERSION.into(),
            _ => return Err("no such step".into()),
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    // It never takes path style by itself, not even for the address of an endpoint.
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let clients = Clients { s3: aws_sdk_s3::Client::from_conf(s3), sts: aws_sdk_sts::Client::new(&config) };
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        match clients.answer(&line).await {
            Ok(text) => println!("{text}\n=ok"),
            Err(problem) => println!("{}\n=failed", DisplayErrorContext(problem.as_ref())),
        }
    }
    Ok(())
}
