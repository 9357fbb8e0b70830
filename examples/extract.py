"""Finds the entities in a text file through a running Onomast server, without generated code.

usage: extract.py ADDRESS FILE

Needs grpcio and grpcio-reflection: the server describes itself.
"""
import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

address, file = sys.argv[1:]
with grpc.insecure_channel(address) as channel:
    pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    service = pool.FindServiceByName("onomast.v1.ExtractionService")
    method = service.FindMethodByName("Extract")
    request = GetMessageClass(method.input_type)()
    request.document.id = "story"
    request.document.text = open(file, encoding="utf-8").read()
    request.options.offset_encoding = 3  # code points, which Python strings count
    extract = channel.unary_unary(
        f"/{service.full_name}/{method.name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    answer = extract(request, timeout=10)

for mention in answer.mentions:
    assert request.document.text[mention.start : mention.end] == mention.text
for entity in answer.entities:
    print(f"{entity.mention_count:3} {entity.entity.type:8} {entity.entity.name}")
