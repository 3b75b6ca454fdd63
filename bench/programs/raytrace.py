"""A raytracer with a vector class: spheres, a chequered floor, shadows and reflections."""

from __future__ import annotations

import math


class Vector:
    def __init__(self, x: float, y: float, z: float) -> None:
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other: Vector) -> Vector:
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __neg__(self) -> Vector:
        return Vector(-self.x, -self.y, -self.z)

    def scale(self, factor: float) -> Vector:
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other: Vector) -> float:
        return self.x * other.x + self.y * other.y + self.z * other.z

    def length(self) -> float:
        return math.sqrt(self.dot(self))

    def unit(self) -> Vector:
        return self.scale(1.0 / self.length())

    def reflect(self, normal: Vector) -> Vector:
        return self - normal.scale(2.0 * self.dot(normal))


class Ray:
    def __init__(self, origin: Vector, direction: Vector) -> None:
        self.origin = origin
        self.direction = direction.unit()

    def at(self, distance: float) -> Vector:
        return self.origin + self.direction.scale(distance)


class Surface:
    def __init__(self, colour: Vector, shine: float = 0.0) -> None:
        self.colour = colour
        self.shine = shine

    def colour_at(self, point: Vector) -> Vector:
        return self.colour


class Chequered(Surface):
    def __init__(self, colour: Vector, other: Vector, size: float) -> None:
        super().__init__(colour, 0.1)
        self.other = other
        self.size = size

    def colour_at(self, point: Vector) -> Vector:
        if (math.floor(point.x / self.size) + math.floor(point.z / self.size)) % 2:
            return self.other
        return self.colour


class Shape:
    def __init__(self, surface: Surface) -> None:
        self.surface = surface

    def hit(self, ray: Ray) -> float | None:
        raise NotImplementedError

    def normal_at(self, point: Vector) -> Vector:
        raise NotImplementedError


class Sphere(Shape):
    def __init__(self, centre: Vector, radius: float, surface: Surface) -> None:
        super().__init__(surface)
        self.centre = centre
        self.radius = radius

    def hit(self, ray: Ray) -> float | None:
        towards = self.centre - ray.origin
        along = towards.dot(ray.direction)
        rest = self.radius * self.radius - towards.dot(towards) + along * along
        if rest < 0.0:
            return None
        distance = along - math.sqrt(rest)
        return distance if distance > 1e-6 else None

    def normal_at(self, point: Vector) -> Vector:
        return (point - self.centre).unit()


class Plane(Shape):
    def __init__(self, point: Vector, normal: Vector, surface: Surface) -> None:
        super().__init__(surface)
        self.point = point
        self.normal = normal.unit()

    def hit(self, ray: Ray) -> float | None:
        slope = ray.direction.dot(self.normal)
        if abs(slope) < 1e-9:
            return None
        distance = (self.point - ray.origin).dot(self.normal) / slope
        return distance if distance > 1e-6 else None

    def normal_at(self, point: Vector) -> Vector:
        return self.normal


class Scene:
    def __init__(self) -> None:
        self.shapes: list[Shape] = []
        self.lights: list[Vector] = []
        self.sky = Vector(0.4, 0.6, 0.9)

    def add(self, shape: Shape) -> None:
        self.shapes.append(shape)

    def nearest(self, ray: Ray) -> tuple[Shape | None, float]:
        best = None
        best_distance = 1e30
        for shape in self.shapes:
            distance = shape.hit(ray)
            if distance is not None and distance < best_distance:
                best = shape
                best_distance = distance
        return best, best_distance

    def is_lit(self, point: Vector, light: Vector) -> bool:
        way = light - point
        shape, distance = self.nearest(Ray(point, way))
        return shape is None or distance > way.length()

    def colour_of(self, ray: Ray, depth: int) -> Vector:
        shape, distance = self.nearest(ray)
        if shape is None:
            return self.sky
        point = ray.at(distance)
        normal = shape.normal_at(point)
        if normal.dot(ray.direction) > 0.0:
            normal = -normal
        brightness = 0.15
        for light in self.lights:
            if self.is_lit(point, light):
                brightness += max(0.0, normal.dot((light - point).unit())) * 0.6
        surface = shape.surface
        colour = surface.colour_at(point).scale(min(brightness, 1.0))
        if surface.shine > 0.0 and depth > 0:
            mirrored = self.colour_of(Ray(point, ray.direction.reflect(normal)), depth - 1)
            colour = colour.scale(1.0 - surface.shine) + mirrored.scale(surface.shine)
        return colour


def make_scene() -> Scene:
    scene = Scene()
    scene.lights.append(Vector(20.0, 30.0, -10.0))
    scene.lights.append(Vector(-15.0, 10.0, -20.0))
    for i in range(5):
        colour = Vector(0.2 + 0.15 * i, 0.9 - 0.15 * i, 0.5)
        scene.add(Sphere(Vector(-4.0 + 2.0 * i, 0.4 * (i % 2), 6.0 - i % 3), 1.0, Surface(colour, 0.3)))
    scene.add(
        Plane(
            Vector(0.0, -1.0, 0.0),
            Vector(0.0, 1.0, 0.0),
            Chequered(Vector(1.0, 1.0, 1.0), Vector(0.1, 0.1, 0.1), 1.0),
        )
    )
    return scene


def render(scene: Scene, width: int, height: int) -> list[list[tuple[int, int, int]]]:
    eye = Vector(0.0, 1.0, -5.0)
    image = []
    for y in range(height):
        row = []
        for x in range(width):
            direction = Vector((x - width / 2) / width, (height / 2 - y) / width, 1.0)
            colour = scene.colour_of(Ray(eye, direction), 2)
            row.append((int(colour.x * 255), int(colour.y * 255), int(colour.z * 255)))
        image.append(row)
    return image


def run() -> object:
    image = render(make_scene(), 160, 120)
    total = 0
    for row in image:
        for red, green, blue in row:
            total = (total * 31 + red * 65536 + green * 256 + blue) % 1_000_000_007
    return total
