"""What happens to a program that uses boto3 when its instance's credentials change under it."""

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError


def key_of(session):
    return session.get_credentials().get_frozen_credentials().access_key


def test_it_is_the_role(instance):
    arn = boto3.session.Session().client("sts").get_caller_identity()["Arn"]
    assert ":assumed-role/app/i-" in arn


def test_it_may_read_and_not_write(instance):
    s3 = boto3.session.Session().client("s3")
    assert s3.list_objects_v2(Bucket="reports")["KeyCount"] == 0
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket="reports", Key="a.txt")


def test_a_rotation_harms_nobody(rolemint, instance):
    old = boto3.session.Session()
    s3 = old.client("s3")
    s3.list_objects_v2(Bucket="reports")
    rotated = rolemint.control("RotateCredentials", Instance=instance)
    s3.list_objects_v2(Bucket="reports")
    new = boto3.session.Session()
    assert key_of(old) != key_of(new) == rotated["AccessKeyId"]


def test_a_refused_key_needs_a_new_session(rolemint, instance):
    """boto3 looks for new credentials when the old ones near their end, not when they are refused."""
    s3 = boto3.session.Session().client("s3")
    s3.list_objects_v2(Bucket="reports")
    rolemint.control("ExpireCredentials", Instance=instance)
    rolemint.control("RotateCredentials", Instance=instance)
    with pytest.raises(ClientError, match="ExpiredToken"):
        s3.list_objects_v2(Bucket="reports")
    boto3.session.Session().client("s3").list_objects_v2(Bucket="reports")


def test_it_outlives_an_outage_of_the_metadata(rolemint, instance):
    session = boto3.session.Session()
    s3 = session.client("s3")
    s3.list_objects_v2(Bucket="reports")
    rolemint.control("PutFault", Name="imds.unreachable", Target=instance, For="10m")
    s3.list_objects_v2(Bucket="reports")
    with pytest.raises(NoCredentialsError):
        boto3.session.Session().client("s3").list_objects_v2(Bucket="reports")
