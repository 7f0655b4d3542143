# math, cmath, decimal, fractions, statistics, random, bisect, heapq, numbers, operator, calendar, datetime.
import bisect, calendar, cmath, copy, datetime, decimal, enum, fractions, functools, heapq, itertools, math, numbers
import operator, pickle, queue, random, statistics, types, uuid, weakref, keyword, re, collections, warnings

def show(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)

r = random.Random(42)
print(r.random(), r.getrandbits(70), r.randint(1, 100), r.choice('abc'), r.sample(range(100), 5), r.gauss(0, 1), r.uniform(1, 2))
items = list(range(10)); r.shuffle(items); print(items, r.choices('ab', [1, 3], k=6))
state = r.getstate(); first = r.random(); r.setstate(state); print(first == r.random())
copied = pickle.loads(pickle.dumps(r)); print(copied.random() == r.random())
for seed in ('text', b'bytes', 1.5, -7, 2 ** 100):
    print(seed, random.Random(seed).random())
show(lambda: r.getrandbits(-1))

print(math.sumprod([0.1] * 10, [1] * 10), math.dist((1, 2), (4, 6)), math.isqrt(10 ** 20), math.comb(10, 3), math.perm(5), math.gcd(12, 18), math.lcm(4, 6), math.fsum([.1] * 10), math.nextafter(1, 2))
for f in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.exp(1000), lambda: math.factorial(-1), lambda: math.acos(2), lambda: cmath.log(0), lambda: cmath.exp(1000)):
    show(f)
print(cmath.sqrt(-1), cmath.exp(1j * cmath.pi), cmath.polar(1 + 1j), cmath.rect(2, 0), cmath.phase(-1), cmath.isclose(1, 1 + 1e-12), cmath.infj, cmath.isnan(cmath.nanj))

D = decimal.Decimal
print(D('1.1') + D('2.2'), D(1) / D(3), D('2').sqrt(), D('1e5').normalize(), round(D('2.675'), 2), D('NaN').is_nan())
with decimal.localcontext() as c:
    c.prec = 5
    print(D(1) / D(7))
show(lambda: D(1).compare(D(2)))
F = fractions.Fraction
print(F(1, 3) + F('0.5'), F(0.125), F('22/7').limit_denominator(5), hash(F(1, 2)) == hash(0.5), divmod(F(7, 2), F(2, 3)))
print(statistics.mean([1, 2, 3, 4]), statistics.median([3, 1, 2]), statistics.stdev([1, 2, 3, 4]), statistics.mode('aab'), statistics.quantiles([1, 2, 3, 4, 5]), statistics.NormalDist(0, 1).cdf(1))
print(bisect.bisect([1, 3, 3, 5], 3), bisect.bisect_left([1, 3, 3, 5], 3), bisect.bisect([('a', 1), ('b', 2)], 1, key=lambda p: p[1]))
ordered = []
for x in (5, 1, 4): bisect.insort(ordered, x, key=lambda v: -v)
print(ordered)
show(lambda: bisect.bisect([1], 1, -1))
heap = [5, 3, 8, 1, 9, 2]; heapq.heapify(heap); print(heap, heapq.heappop(heap), heapq.heappushpop(heap, 0), heapq.heapreplace(heap, 7), heap, heapq.nlargest(2, heap), heapq.nsmallest(2, heap), list(heapq.merge([1, 4], [2, 3])))
big = [x * 7919 % 3001 for x in range(3001)]; heapq.heapify(big); print(big[:6], [heapq.heappop(big) for _ in range(5)])
show(lambda: heapq.heappop([]))
show(lambda: heapq.heappush((), 1))
print(isinstance(1, numbers.Integral), isinstance(D(1), numbers.Number), operator.attrgetter('real')(3), operator.itemgetter(1, 0)('ab'), operator.methodcaller('upper')('x'), operator.countOf('aab', 'a'), operator.length_hint([1]))
print(calendar.month(2024, 2), calendar.isleap(2000), calendar.monthrange(2023, 2))
d = datetime.datetime(2024, 2, 29, 13, 5, tzinfo=datetime.timezone.utc)
print(d, d.isoformat(), d + datetime.timedelta(days=366, seconds=5), d.strftime('%Y-%m-%d %H:%M %a %j'), tuple(datetime.date(2024, 1, 1).isocalendar()), datetime.datetime.fromisoformat('2024-05-06T07:08:09+02:00'), repr(datetime.timedelta(hours=-1)))
print(datetime.date(2023, 2, 28).weekday())
print(uuid.UUID('12345678123456781234567812345678'), uuid.uuid5(uuid.NAMESPACE_DNS, 'python.org'), uuid.uuid3(uuid.NAMESPACE_URL, 'x').version)

class Color(enum.Enum):
    RED = 1
    BLUE = 2
P = collections.namedtuple('P', 'x y')
class Node:
    def __init__(self): self.me = self
for obj in (1, 2 ** 100, 1.5, 'é', b'x', (1, [2]), {'a': {1}}, {3, 4}.union(), None, ..., range(3), 1j, bytearray(b'z'), slice(1, 2), D('1.5'), F(1, 3), d, collections.deque([1], 3), collections.OrderedDict(a=1), collections.Counter('aab'), collections.defaultdict(list, a=[1]), len, operator.add, ValueError('x', 1), functools.partial(int, base=2), iter([1, 2]), enumerate('ab'), reversed([1, 2]), iter(collections.deque('ab')), itertools.__name__, types.SimpleNamespace(a=1)):
    for protocol in range(2, 6):
        try:
            back = pickle.loads(pickle.dumps(obj, protocol))
        except Exception as e:
            print(repr(obj)[:30], protocol, type(e).__name__, e)
            continue
        same = type(back) is type(obj) and (back == obj or repr(back)[:12] == repr(obj)[:12])
        if not same:
            print('differs', obj, back)
n = copy.deepcopy(Node()); print(n.me is n, copy.copy([1, [2]]), copy.deepcopy({1: [2]}), copy.replace(P(1, 2), x=5))
q = queue.PriorityQueue(); [q.put(x) for x in (3, 1, 2)]; print(q.get(), q.qsize(), keyword.iskeyword('if'), re.sub(r'(\d)', r'<\1>', 'a1b2'))
