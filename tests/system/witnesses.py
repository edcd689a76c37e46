"""Programs of other people that read the simulated devices: mbpoll, a Node Modbus client, Eclipse's own Sparkplug decoder."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from model.profile import ByteOrder, Point, Register, Table, WireType, WordOrder
from model.site import Device, ModbusSerial, ModbusTcp

MBPOLL, NPM, NODE, MOSQUITTO_SUB = map(shutil.which, ("mbpoll", "npm", "node", "mosquitto_sub"))
_MBPOLL_TABLES = {Table.COIL: "0", Table.DISCRETE: "1", Table.INPUT: "3", Table.HOLDING: "4"}
_MBPOLL_TYPES = {WireType.U16: "", WireType.I16: "", WireType.U32: ":int", WireType.I32: ":int", WireType.F32: ":float", WireType.BOOL: ""}
_BITS_OF = {WireType.U16: 16, WireType.U32: 32}
_NPM_WITHIN_S = 90

MODBUS_JS = r"""
const net = require('net'), Modbus = require('jsmodbus')
const READ = {coil: 'readCoils', discrete: 'readDiscreteInputs', holding: 'readHoldingRegisters', input: 'readInputRegisters'}
const TAKE = {
  u16: b => b.readUInt16BE(0), i16: b => b.readInt16BE(0), u32: b => b.readUInt32BE(0), i32: b => b.readInt32BE(0),
  u64: b => Number(b.readBigUInt64BE(0)), i64: b => Number(b.readBigInt64BE(0)), f32: b => b.readFloatBE(0), f64: b => b.readDoubleBE(0),
}
function value(wanted, body) {
  if (wanted.table === 'coil' || wanted.table === 'discrete') {
    return body.valuesAsArray.slice(0, wanted.words).reduce((sum, bit, place) => sum + (bit ? 2 ** place : 0), 0)
  }
  const bytes = Buffer.from(body.valuesAsBuffer)
  if (wanted.swapBytes) bytes.swap16()
  if (wanted.swapWords) { bytes.swap16(); bytes.reverse() }
  return TAKE[wanted.type](bytes)
}
async function device(at) {
  const socket = new net.Socket(), client = new Modbus.client.TCP(socket, at.unit, 60000)
  await new Promise((resolve, reject) => { socket.once('connect', resolve); socket.once('error', reject); socket.connect(at) })
  const found = []
  for (const wanted of at.points) {
    const answer = await client[READ[wanted.table]](wanted.address, wanted.words)
    found.push(value(wanted, answer.response.body))
  }
  socket.end()
  return found
}
async function main(devices) {
  const found = []
  for (const at of devices) found.push(await device(at))
  console.log(JSON.stringify(found))
}
main(JSON.parse(require('fs').readFileSync(0))).catch(error => { console.error(error.err || error); process.exit(1) })
"""

SPARKPLUG_JS = r"""
const sparkplug = require('sparkplug-payload').get('spBv1.0')
const messages = JSON.parse(require('fs').readFileSync(0)).map(hex => sparkplug.decodePayload(Buffer.from(hex, 'hex')))
console.log(JSON.stringify(messages, (_, v) => v !== null && typeof v === 'object' && 'low' in v && 'high' in v ? v.toNumber() : v))
"""


def install(folder: Path, *packages: str) -> Path:
    """Packages of Node's registry into a folder. Skips with the reason where there is no npm, or it can't reach the registry."""
    if NPM is None or NODE is None:
        pytest.skip("node and npm are not installed")
    words = [NPM, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--fetch-retries=0", *packages]
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_text("{}", encoding="utf-8")
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=_NPM_WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install {packages} within {_NPM_WITHIN_S} s")
    if done.returncode:
        pytest.skip(f"npm can't install {packages}: {done.stderr.strip()[-200:]}")
    return folder


def node(folder: Path, script: str, question: object) -> Any:
    """Run a script with its question on standard input; its answer is the JSON it prints."""
    done = subprocess.run(
        [str(NODE), "-e", script], cwd=folder, input=json.dumps(question), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def asked_of_node(device: Device, points: Sequence[Point]) -> dict[str, object]:
    wire = device.connection
    assert isinstance(wire, ModbusTcp)
    return {"host": wire.host, "port": wire.port, "unit": wire.unit, "points": [_wanted(point) for point in points]}


def _wanted(point: Point) -> dict[str, object]:
    wire = point.wire
    assert isinstance(wire, Register)
    return {
        "table": wire.table, "address": wire.address, "words": wire.words, "type": _plain_type(point),
        "swapBytes": wire.byte_order is ByteOrder.LITTLE, "swapWords": wire.word_order is WordOrder.LSW_FIRST,
    }  # fmt: skip


def _plain_type(point: Point) -> str:
    """A bit field is an unsigned number as wide as its registers."""
    if point.type not in (WireType.BITS, WireType.BOOL):
        return point.type
    assert isinstance(point.wire, Register)
    return f"u{16 * point.wire.words}"


def mbpoll_can_read(point: Point) -> bool:
    """It knows single bits, 16 and 32 bits, big-endian bytes."""
    wire = point.wire
    if not isinstance(wire, Register) or wire.byte_order is not ByteOrder.BIG:
        return False
    return point.type in _MBPOLL_TYPES or (point.type is WireType.BITS and wire.words == 1)


def mbpoll(device: Device, point: Point) -> float:
    """The raw number, by mbpoll's own reckoning."""
    at, wire = device.connection, point.wire
    assert isinstance(wire, Register)
    assert isinstance(at, ModbusTcp | ModbusSerial)
    words = [str(MBPOLL), "-0", "-1", "-q", "-o", "10", "-a", str(at.unit), "-r", str(wire.address), "-c", "1"]
    words += ["-t", _MBPOLL_TABLES[wire.table] + (_MBPOLL_TYPES.get(point.type, "") if wire.table in (Table.INPUT, Table.HOLDING) else "")]
    words += ["-B"] if wire.word_order is WordOrder.MSW_FIRST else []
    if isinstance(at, ModbusTcp):
        words += ["-m", "tcp", "-p", str(at.port), at.host]
    else:
        words += ["-m", "rtu", "-b", str(at.baud), "-P", {"N": "none", "E": "even", "O": "odd"}[at.parity], at.port]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{device.id}.{point.name}: {done.stdout}{done.stderr}"
    return _number(done.stdout, point)


def _number(said: str, point: Point) -> float:
    """``[12]:   65516 (-20)`` shows a register both ways; 32 bits are shown signed."""
    found = re.search(r"^\[\d+\]:\s+(\S+)(?: \((-?\d+)\))?", said, re.M)
    assert found, said
    number = float(found[2] if found[2] and point.type is WireType.I16 else found[1])
    bits = _BITS_OF.get(point.type)
    return number % 2**bits if bits and number < 0 else number
