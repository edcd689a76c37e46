"""What a backtest can't know and takes for granted, in plain words; shown with every result."""

from collections.abc import Iterator

from guanjia.backtest.question import Question
from model.clock import HOUR, MINUTE
from model.rule import Rule
from model.site import Keep, Mqtt, Site
from model.text import Text
from rules.backtest import Trial

_ALWAYS = (
    Text(
        "按读数的源时间判断；晚到的读数视为按时到达。",
        "Readings are judged at their source time; those that came late count as if they had been in time.",
    ),
    Text(
        "没有存储读数的时段，保持最后的值，延时照常计时。",
        "Where nothing was stored the last values stand and delays go on.",
    ),
    Text(
        "没有人搁置报警，也没有设备停用；按设计的抑制照常。",
        "Nobody shelves an alarm or takes one out of service; suppression by design works as it does live.",
    ),
    Text(
        "工单在所有报警返回且级别承诺时限已过后视为关闭；之后再发生则新开一张。",
        "A ticket is taken as closed once its alarms have returned and its class's promise has run out; what comes after opens another.",
    ),
)
_LINKS = Text(
    "历史中没有存储失败的种类：设备所有点同时丢失视为通信失败；网关按无应答判断，"
    "消息服务器、边缘节点和采集机在其下所有设备都丢失时视为丢失。",
    "How an exchange failed is not stored: a device all of whose points were lost at once counts as not answering; a line is judged as if "
    "it was silent, a broker, node or edge machine counts as lost when all devices behind it are.",
)
_CHANGES = Text(
    "站点只存储变化：未存储的读数在存储值有效期内按设备轮询周期补回。",
    "The site stores changes only: what was left out is put back at the device's rhythm, for as long as a stored reading stands.",
)


def assumptions(question: Question, rules: tuple[Rule, ...], site: Site, trial: Trial) -> Iterator[Text]:
    minutes = question.answer_after_ns // MINUTE
    hours = question.lead_ns(rules) // HOUR
    yield Text(
        f"报警发出 {minutes} 分钟后有人确认；锁存的报警返回 {minutes} 分钟后复位。",
        f"People acknowledge {minutes} min after an alarm asks for it, and reset a latched one {minutes} min after its return.",
    )
    yield Text(
        f"从开始前 {hours} 小时起判断，此前的状态未知。",
        f"Judging begins {hours} h before the period; how things stood before that is not known.",
    )
    yield from _ALWAYS
    if trial.asks_link():
        yield _LINKS
    if site.store.keep is Keep.CHANGES:
        yield _CHANGES
    if any(isinstance(site.devices[id].connection, Mqtt) for id in trial.wanted):
        yield Text("同一时刻的多条消息视为一条。", "Messages of one device with the same source time count as one.")
