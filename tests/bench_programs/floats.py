"""Floats: n-body steps and a numeric integral."""
import math


def energy(bodies):
    total = 0.0
    for x, y, vx, vy, m in bodies:
        total += 0.5 * m * (vx * vx + vy * vy)
        total -= m / math.sqrt(x * x + y * y + 1.0)
    return total


def advance(bodies, dt):
    result = []
    for x, y, vx, vy, m in bodies:
        d = x * x + y * y + 1.0
        f = dt / (d * d ** 0.5)
        vx = vx - x * f
        vy = vy - y * f
        result.append((x + vx * dt, y + vy * dt, vx, vy, m))
    return result


def main():
    bodies = [(float(i), 1.0 - i, 0.1 * i, 0.2, 1.0 + i) for i in range(8)]
    for _ in range(3000):
        bodies = advance(bodies, 0.001)
    area = 0.0
    step = 1e-5
    for i in range(100000):
        x = i * step
        area += x * x * step
    return round(energy(bodies), 9), round(area, 9)


for _ in range(5):
    result = main()
print(result)
