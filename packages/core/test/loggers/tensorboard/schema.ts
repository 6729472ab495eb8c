import protobuf from 'protobufjs'

/*
 * The part of TensorBoard's public schema that event files use, for a decoder that shares no line with the encoder under test.
 * Sources: event.proto, summary.proto, tensor.proto, tensor_shape.proto, histogram.proto, plugins/hparams/plugin_data.proto and
 * api.proto in https://github.com/tensorflow/tensorboard, and google/protobuf/struct.proto.
 */
const schema = `
syntax = "proto3";
message Event {
  double wall_time = 1;
  int64 step = 2;
  oneof what { string file_version = 3; Summary summary = 5; }
}
message Summary {
  message Value {
    string tag = 1;
    SummaryMetadata metadata = 9;
    oneof value { float simple_value = 2; HistogramProto histo = 5; TensorProto tensor = 8; }
  }
  repeated Value value = 1;
}
message SummaryMetadata {
  message PluginData { string plugin_name = 1; bytes content = 2; }
  PluginData plugin_data = 1;
}
message HistogramProto {
  double min = 1; double max = 2; double num = 3; double sum = 4; double sum_squares = 5;
  repeated double bucket_limit = 6 [packed = true];
  repeated double bucket = 7 [packed = true];
}
enum TensorType { DT_INVALID = 0; DT_FLOAT = 1; DT_STRING = 7; }
message TensorShapeProto {
  message Dim { int64 size = 1; string name = 2; }
  repeated Dim dim = 2;
}
message TensorProto { TensorType dtype = 1; TensorShapeProto tensor_shape = 2; repeated bytes string_val = 8; }

message HParamsPluginData {
  int32 version = 1;
  oneof data { Experiment experiment = 2; SessionStartInfo session_start_info = 3; SessionEndInfo session_end_info = 4; }
}
message SessionStartInfo { map<string, JsonValue> hparams = 1; double start_time_secs = 5; }
message SessionEndInfo { Status status = 1; double end_time_secs = 2; }
enum Status { STATUS_UNKNOWN = 0; STATUS_SUCCESS = 1; STATUS_FAILURE = 2; STATUS_RUNNING = 3; }
message Experiment { repeated HParamInfo hparam_infos = 4; repeated MetricInfo metric_infos = 5; }
message HParamInfo { string name = 1; DataType type = 4; }
enum DataType { DATA_TYPE_UNSET = 0; DATA_TYPE_STRING = 1; DATA_TYPE_BOOL = 2; DATA_TYPE_FLOAT64 = 3; }
message MetricName { string group = 1; string tag = 2; }
message MetricInfo { MetricName name = 1; }
message JsonValue { oneof kind { double number_value = 2; string string_value = 3; bool bool_value = 4; } }
`
const { root } = protobuf.parse(schema, { keepCase: true })
const asObject = { enums: String, longs: Number, bytes: Array, oneofs: true } as const

/** A message, decoded strictly: what the schema does not know is an error. */
export function decode(message: string, bytes: Uint8Array): Record<string, unknown> {
  const type = root.lookupType(message)
  const decoded = type.decode(bytes)
  const object = type.toObject(decoded, asObject)
  // What was not understood would not come back.
  if (type.encode(decoded).finish().length !== bytes.length) throw new Error(`${message}: not all bytes are known`)
  return object
}

/** The records of a file, without a look at their checksums. */
export function recordsOf(file: Uint8Array): { lengthSum: number; data: Uint8Array; sum: number }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const records = []
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true))
    const end = at + 12 + length
    records.push({
      lengthSum: view.getUint32(at + 8, true),
      data: file.slice(at + 12, end),
      sum: view.getUint32(end, true),
    })
    at = end + 4
  }
  return records
}
