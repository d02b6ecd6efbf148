"""Plans of characters: several meshes, armatures, libraries, and what has no effect."""

import importlib
import math
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import make_armature, make_face

OVR = [f"viseme_{v}" for v in ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa")]


class Addon:
    """The modules under test, of the installed extension."""

    def __init__(self, extension: str) -> None:
        def module(name: str):
            return importlib.import_module(f"{extension}.blender_audio2face.{name}")

        self.targets = module("scene.face_plan")
        self.character = module("scene.face_objects")
        self.bones = module("scene.pose_bones")
        self.plan = module("core.target_plan")
        self.mapping = module("core.rigs.mapping")
        self.pose = module("core.rigs.pose")

    def link(self, output: str, *target, **values):
        """A link; ``target`` are the fields of its target, in order."""
        return self.mapping.Link(output, self.mapping.Target(*target), **values)

    def mapping_of(self, *links, preset: str | None = None):
        return self.mapping.Mapping(preset, links)

    def plans(self, objects: list, *links, preset: str | None = None) -> tuple:
        """Plans that leave out none of the objects, by a mapping where there are links."""
        mapping = self.mapping_of(*links, preset=preset) if links else None
        plans, skipped = self.targets.plan_targets(objects, mapping)
        assert skipped == ()
        return plans

    def refusals(self, objects: list, *links) -> dict[str, str]:
        """Object → why it is left out, of a character that cannot be keyed at all."""
        mapping = self.mapping_of(*links) if links else None
        plans, skipped = self.targets.plan_targets(objects, mapping)
        assert plans == ()
        return {mesh.object_name: mesh.reason for mesh in skipped}


@pytest.fixture
def addon(extension: str) -> Addon:
    return Addon(extension)


def test_head_teeth_and_lashes_are_one_character(addon: Addon) -> None:
    head = make_face("Head", ("jawOpen", "mouthClose", "mouthPucker", "eyeBlinkLeft"))
    teeth = make_face("Teeth", ("Jaw_Open",))
    lashes = make_face("Lashes", ("eyeBlink_L", "bend"))
    hat = make_face("Hat", ("tall",))
    bald = make_face("Bald", ())
    plans, skipped = addon.targets.plan_targets([head, teeth, lashes, hat, bald])
    assert [(plan.object_name, plan.kind, len(plan.links)) for plan in plans] == [
        ("Head", "KEY", 4),
        ("Teeth", "KEY", 1),
        ("Lashes", "KEY", 1),
    ]
    assert {plan.preset_id for plan in plans} == {"arkit"}
    assert plans[1].links[0].path == 'key_blocks["Jaw_Open"].value'
    assert plans[0].uid == head.data.shape_keys.session_uid
    assert "mouthFunnel" in plans[0].missing
    assert "jawOpen" not in plans[0].missing
    assert plans[1].missing == plans[2].missing == ()
    reasons = {mesh.object_name: mesh.reason for mesh in skipped}
    assert reasons["Bald"] == "has no shape keys"
    assert "no known names such as jawOpen" in reasons["Hat"]


def test_shared_shape_keys_are_planned_once(addon: Addon) -> None:
    face = make_face("Face", ("jawOpen",))
    twin = bpy.data.objects.new("Twin", face.data)
    (plan,) = addon.plans([twin, face])
    assert (plan.object_name, plan.shared_by) == ("Twin", ("Face",))


def test_armature_brings_its_descendants_and_what_it_deforms(addon: Addon) -> None:
    armature = make_armature("head")
    child = make_face("Child", ("jawOpen",), select=False)
    child.parent = armature
    grandchild = make_face("Grandchild", ("jawOpen",), select=False)
    grandchild.parent = child
    deformed = make_face("Deformed", ("jawOpen",), select=False)
    deformed.modifiers.new("Armature", "ARMATURE").object = armature
    make_face("Shirt", (), select=False).parent = armature
    make_face("Stranger", ("jawOpen",), select=False)
    chosen = addon.character.chosen_objects(bpy.context)
    assert chosen[0] == armature
    assert {obj.name for obj in chosen[1:]} == {"Child", "Grandchild", "Deformed"}
    assert {plan.object_name for plan in addon.plans(chosen)} == {obj.name for obj in chosen[1:]}


RIGIFY = {
    "jaw_master": ((0, -0.062, 1.874), (0, -0.17, 1.80)),
    "lips.L": ((0.035, -0.149, 1.807), (0.035, -0.17, 1.807)),
    "lips.R": ((-0.035, -0.149, 1.807), (-0.035, -0.17, 1.807)),
    "lip.T": ((0, -0.171, 1.814), (0, -0.19, 1.814)),
    "lip.B": ((0, -0.167, 1.798), (0, -0.18, 1.798)),
    "lip.T.L.001": ((0.02, -0.166, 1.815), (0.02, -0.18, 1.815)),
    "lip.T.R.001": ((-0.02, -0.166, 1.815), (-0.02, -0.18, 1.815)),
    "lip.B.L.001": ((0.02, -0.162, 1.8), (0.02, -0.18, 1.8)),
    "lip.B.R.001": ((-0.02, -0.162, 1.8), (-0.02, -0.18, 1.8)),
    "lid.T.L.002": ((0.055, -0.144, 1.902), (0.055, -0.16, 1.902)),
    "lid.B.L.002": ((0.055, -0.142, 1.883), (0.055, -0.16, 1.883)),
}
"""Some control bones of Rigify's human, (head, tail) in metres."""


@pytest.fixture
def rigify() -> bpy.types.Object:
    rig = make_armature()
    bpy.ops.object.mode_set(mode="EDIT")
    for name, (head, tail) in RIGIFY.items():
        bone = rig.data.edit_bones.new(name)
        bone.head, bone.tail = head, tail
    for name in RIGIFY:
        if name.startswith("lip.B"):
            rig.data.edit_bones[name].parent = rig.data.edit_bones["jaw_master"]
    bpy.ops.object.mode_set(mode="OBJECT")
    rig.pose.bones["jaw_master"].rotation_mode = "XYZ"
    return rig


def posed(addon: Addon, rig, plan, **values: float):
    """Heads of the bones, in the armature, with channels at some values."""
    names = tuple(values)
    columns = addon.plan.columns(plan, names, np.array([list(values.values())], np.float32))
    for bone in rig.pose.bones:
        bone.matrix_basis.identity()
    for channel, column in columns.items():
        owner, _, attribute = channel.path.rpartition(".")
        getattr(rig.path_resolve(owner), attribute)[channel.array_index] = float(column[0])
    bpy.context.view_layer.update()
    return {bone.name: bone.head.copy() for bone in rig.pose.bones}


def test_face_bones_of_rigify_are_linked(addon: Addon, rigify) -> None:
    (plan,) = addon.plans([rigify])
    assert (plan.preset_id, plan.kind) == ("rigify", "OBJECT")
    assert "browInnerUp" in plan.missing and "jawOpen" not in plan.missing
    rest = posed(addon, rigify, plan, jawOpen=0.0)
    opened = posed(addon, rigify, plan, jawOpen=1.0)
    assert opened["lip.B"].z < rest["lip.B"].z - 0.03
    assert opened["lip.T"] == rest["lip.T"]
    smiling = posed(addon, rigify, plan, mouthSmileLeft=1.0)
    assert smiling["lips.L"].x > rest["lips.L"].x + 0.005
    assert smiling["lips.L"].z > rest["lips.L"].z + 0.005
    assert smiling["lips.R"] == rest["lips.R"]
    shut = posed(addon, rigify, plan, eyeBlinkLeft=1.0)
    assert shut["lid.T.L.002"].z - rest["lid.B.L.002"].z == pytest.approx(0.0019, abs=1e-4)


def test_face_bones_are_linked_from_rest_whatever_the_pose(addon: Addon, rigify) -> None:
    (plan,) = addon.plans([rigify])
    posed(addon, rigify, plan, jawOpen=0.5, mouthPucker=1.0)
    assert addon.plans([rigify]) == (plan,)
    rigify.pose.bones["jaw_master"].rotation_mode = "QUATERNION"
    (plan,) = addon.plans([rigify])
    opened = posed(addon, rigify, plan, jawOpen=1.0)
    assert opened["lip.B"].z < 1.77


def test_armature_without_known_bones_is_refused(addon: Addon) -> None:
    reasons = addon.refusals([make_armature("jaw_master", "lips.L")])
    assert "is an armature without a face whose names are known" in reasons["Rig"]


def cube_face(name: str, size: float, at: tuple = (0, 0, 0), keys: tuple = ("jawOpen",)):
    """A mesh with shape keys and a size, not selected, in a collection that is not the scene's."""
    face = make_face(name, keys, select=False)
    corners = [(x, y, z) for x in (-size, size) for y in (-size, size) for z in (-size, size)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], [])
    face.shape_key_clear()
    face.data = mesh
    for key in ("Basis", *keys):
        face.shape_key_add(name=key)
    face.location = at
    collection = bpy.data.collections.get("Cast") or bpy.data.collections.new("Cast")
    if collection.name not in bpy.context.scene.collection.children:
        bpy.context.scene.collection.children.link(collection)
    bpy.context.scene.collection.objects.unlink(face)
    collection.objects.link(face)
    bpy.context.view_layer.update()
    return face


def click(*objects) -> None:
    bpy.ops.object.select_all(action="DESELECT")
    for obj in objects:
        obj.select_set(True)
        bpy.context.view_layer.objects.active = obj


def chosen(addon: Addon) -> set[str]:
    return {obj.name for obj in addon.character.chosen_objects(bpy.context)}


def test_head_brings_the_parts_of_its_armature_with_its_names(addon: Addon) -> None:
    rig = make_armature("head")
    head, teeth, coat, other = (
        make_face(name, keys, select=False)
        for name, keys in (
            ("Head", ("jawOpen", "eyeBlinkLeft")),
            ("Teeth", ("jawOpen",)),
            ("Coat", ("fat", "Key 1")),
            ("Other", ("jawOpen",)),
        )
    )
    head.parent = rig
    teeth.modifiers.new("Armature", "ARMATURE").object = rig
    coat.parent = rig
    other.modifiers.new("Armature", "ARMATURE").object = make_armature("head")
    click(head)
    assert chosen(addon) == {"Head", "Teeth"}
    click(teeth)
    assert chosen(addon) == {"Head", "Teeth"}


def test_head_brings_what_has_its_parent(addon: Addon) -> None:
    root = bpy.data.objects.new("Root", None)
    bpy.context.scene.collection.objects.link(root)
    head, tongue, stranger = (
        make_face(name, ("jawOpen",), select=False) for name in ("Head", "Tongue", "Stranger")
    )
    head.parent = tongue.parent = root
    click(head)
    assert chosen(addon) == {"Head", "Tongue"}
    click(stranger)
    assert chosen(addon) == {"Stranger"}


def test_head_brings_what_lies_within_it_in_its_collection(addon: Addon) -> None:
    head = cube_face("Head", 1.0)
    cube_face("Teeth", 0.3, (0, -0.8, -0.3))
    cube_face("Second Head", 1.0, (3, 0, 0))
    cube_face("Second Teeth", 0.3, (3, -0.8, -0.3))
    cube_face("Hat", 0.5, (0, 0, 0.8), ("tall",))
    click(head)
    assert chosen(addon) == {"Head", "Teeth"}
    click(bpy.data.objects["Second Teeth"])
    assert chosen(addon) == {"Second Head", "Second Teeth"}


def test_shapes_of_several_meshes_are_read_as_one_face(extension: str) -> None:
    effect = importlib.import_module(f"{extension}.blender_audio2face.scene.shape_effect")
    head = cube_face("Head", 1.0, keys=("jawOpen", "mouthClose"))
    teeth = cube_face("Teeth", 0.3, (0, 0, 2), ("jawOpen",))
    teeth.scale = (1, 1, 2)
    for obj, name, down in ((head, "jawOpen", 0.5), (teeth, "jawOpen", 0.25)):
        obj.data.shape_keys.key_blocks[name].data[0].co.z -= down
    bpy.context.view_layer.update()
    shapes = effect.face_shapes([head, teeth, make_armature("jaw")])
    assert shapes.names == ("jawOpen", "mouthClose")
    assert shapes.offsets.shape == (2, 16, 3)
    lowest = shapes.offsets[0].min(0)
    assert lowest == pytest.approx([0.0, 0.0, -0.5])
    assert np.sort(shapes.offsets[0][:, 2])[:2] == pytest.approx([-0.5, -0.5])  # in the world
    assert not shapes.offsets[1].any()
    assert shapes.points[:, 2].max() == pytest.approx(2.6)


def test_names_that_blender_gave_make_no_character(addon: Addon) -> None:
    head = cube_face("Head", 1.0, keys=("Key 1", "Key 2"))
    cube_face("Shirt", 0.5, keys=("Key 1",))
    click(head)
    assert chosen(addon) == {"Head"}


def test_mesh_without_vertices_is_left_out_and_the_rest_is_planned(addon: Addon) -> None:
    head = make_face("Head", ("jawOpen",))
    mesh = bpy.data.meshes.new("Lashes")
    lashes = bpy.data.objects.new("Lashes", mesh)
    bpy.context.scene.collection.objects.link(lashes)
    for name in ("Basis", "jawOpen"):
        lashes.shape_key_add(name=name)
    plans, skipped = addon.targets.plan_targets([head, lashes])
    assert [plan.object_name for plan in plans] == ["Head"]
    assert [(mesh.object_name, mesh.reason) for mesh in skipped] == [
        ("Lashes", "has no vertices: its shape keys move nothing")
    ]
    assert addon.targets.still_shapes([lashes]) == {"Basis", "jawOpen"}


@pytest.mark.parametrize(
    ("low", "high", "named"),
    [
        (0.0, 1.0, ()),
        (-1.0, 2.0, ()),
        (0.0, 0.5, ("jawOpen (0 to 0.5)",)),
        (0.25, 1.0, ("jawOpen (0.25 to 1)",)),
        (-1.0, 0.0, ("jawOpen (-1 to 0)",)),
    ],
)
def test_slider_that_ends_early_is_named(addon: Addon, low, high, named) -> None:
    face = make_face("Face", ("jawOpen", "mouthClose"))
    block = face.data.shape_keys.key_blocks["jawOpen"]
    block.slider_min, block.slider_max = low, high
    (plan,) = addon.plans([face])
    assert plan.cut_off == named


def test_locked_and_muted_shape_keys_are_planned(addon: Addon) -> None:
    face = make_face("Face", ("jawOpen", "mouthClose"))
    blocks = face.data.shape_keys.key_blocks
    blocks["jawOpen"].mute = True
    if hasattr(blocks["jawOpen"], "lock_shape"):
        blocks["jawOpen"].lock_shape = True
    (plan,) = addon.plans([face])
    assert [planned.link.output for planned in plan.links] == ["jawOpen", "mouthClose"]


def test_active_object_comes_first_or_alone(addon: Addon) -> None:
    first = make_face("First", ("jawOpen",))
    second = make_face("Second", ("jawOpen",))
    assert addon.character.chosen_objects(bpy.context) == [second, first]
    bpy.ops.object.select_all(action="DESELECT")
    assert addon.character.chosen_objects(bpy.context) == [second]


def test_planned_range_is_that_of_the_slider(addon: Addon) -> None:
    face = make_face("Face", ("jawOpen", "tongueOut"))
    block = face.data.shape_keys.key_blocks["jawOpen"]
    block.slider_min, block.slider_max = 0.125, 0.5
    (plan,) = addon.plans([face])
    ranges = {planned.link.output: (planned.low, planned.high) for planned in plan.links}
    assert ranges == {"jawOpen": (0.125, 0.5), "tongueOut": (0.0, 1.0)}


def test_automatic_links_plan_the_same_when_edited(addon: Addon) -> None:
    head = make_face("Head", ("jawOpen", "mouthClose", "browInnerUp"))
    teeth = make_face("Teeth", ("Jaw_Open",))
    mapping = addon.targets.automatic_mapping([head, teeth])
    assert mapping.preset_id == "arkit"
    pairs = [(link.output, link.target.name) for link in mapping.links]
    assert sorted(pairs) == [
        ("browInnerUp", "browInnerUp"),
        ("jawOpen", "Jaw_Open"),
        ("jawOpen", "jawOpen"),
        ("mouthClose", "mouthClose"),
    ]
    edited = addon.plans([head, teeth], *mapping.links, preset="arkit")
    assert [plan.links for plan in edited] == [plan.links for plan in addon.plans([head, teeth])]
    assert addon.targets.automatic_mapping([]) == addon.mapping.Mapping(None, ())


def test_presets_are_ranked_by_shape_keys_then_properties(addon: Addon) -> None:
    face = make_face("Face", OVR)
    armature = make_armature("head")
    armature["jawOpen"] = 0.0
    best = addon.targets.fitting_presets([armature, face])[0]
    assert (best.preset.id, len(best.found)) == ("oculus", 11)
    assert 0.7 < best.score < 0.8
    assert addon.targets.fitting_presets([armature])[0].preset.id == "arkit"
    assert addon.targets.fitting_presets([]) == ()


def test_shape_keys_that_move_nothing_are_marked(addon: Addon) -> None:
    face = make_face("Face", ("jawOpen", "mouthClose"), flat=True)
    blocks = face.data.shape_keys.key_blocks
    (plan,) = addon.plans([face])
    marked = addon.targets.with_effect(plan)
    assert marked.without_effect == ("jawOpen", "mouthClose")
    assert marked.hidden_by == ("none of the keyed shape keys moves a vertex.",)
    blocks["jawOpen"].data[0].co.z = blocks["mouthClose"].data[0].co.z = 1.0
    assert addon.targets.with_effect(plan) == plan
    blocks["mouthClose"].relative_key = blocks["jawOpen"]
    marked = addon.targets.with_effect(plan)
    assert (marked.without_effect, marked.hidden_by) == (("mouthClose",), ())


def test_driven_shape_keys_are_left_out(addon: Addon) -> None:
    face = make_face("Face", ("jawOpen", "mouthClose"))
    blocks = face.data.shape_keys.key_blocks
    blocks["jawOpen"].driver_add("value")
    (plan,) = addon.plans([face])
    assert plan.driven == ("jawOpen",)
    assert [planned.link.output for planned in plan.links] == ["mouthClose"]
    blocks["mouthClose"].driver_add("value")
    assert "select the armature that drives them" in addon.refusals([face])["Face"]


def test_properties_that_drive_a_daz_face_are_keyed(addon: Addon) -> None:
    armature = make_armature("head")
    face = make_face("Face", ("facs_bs_JawOpen_div2",), select=False)
    face.parent = armature
    face.data.shape_keys.key_blocks[1].driver_add("value")
    for name in ("AA", "EE", "EH", "ER", "F", "IH", "IY", "K", "L", "M"):
        armature[f"facs_ctrl_v{name}"] = 0.0
    armature.id_properties_ui("facs_ctrl_vAA").update(min=0.0, max=0.8)
    armature["note"] = "text"
    (plan,) = addon.plans(addon.character.chosen_objects(bpy.context))
    assert (plan.kind, plan.uid) == ("OBJECT", armature.session_uid)
    assert plan.preset_id == "daz_visemes"
    made = addon.plan.columns(plan, ("jawOpen",), np.array([[0.5]], np.float32))
    assert made['["facs_ctrl_vAA"]', 0][0] == pytest.approx(0.8)
    armature.keyframe_insert('["facs_ctrl_vAA"]', frame=1)


@pytest.fixture
def linked(tmp_path: Path) -> bpy.types.Object:
    face = make_face("Face", ("jawOpen",))
    armature = make_armature("jaw")
    armature["open"] = 0.5
    face.parent = armature
    library = tmp_path / "face.blend"
    bpy.data.libraries.write(str(library), {face, armature})
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.objects = ["Face", "Rig"]
    for obj in wanted.objects:
        bpy.context.scene.collection.objects.link(obj)
    return bpy.data.objects["Face"]


def jaw_links(addon: Addon) -> list:
    return [
        addon.link("jawOpen", "shape", "jawOpen"),
        addon.link("jawOpen", "property", "open"),
        addon.link("jawOpen", "bone", "jaw", "location", 2),
    ]


def test_linked_data_is_refused_and_overrides_are_planned(addon: Addon, linked) -> None:
    reasons = addon.refusals([linked, linked.parent], *jaw_links(addon))
    assert "is linked from" in reasons["Face"] and "make library overrides" in reasons["Face"]
    assert "make a library override" in reasons["Rig"]
    override = linked.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    override.data.override_create(remap_local_usages=True)
    plans = addon.plans([override, override.parent], *jaw_links(addon))
    assert [(plan.kind, len(plan.links)) for plan in plans] == [("KEY", 1), ("OBJECT", 2)]


def test_instanced_collection_is_refused_with_a_way_out(addon: Addon) -> None:
    collection = bpy.data.collections.new("Hero")
    empty = bpy.data.objects.new("Empty", None)
    bpy.context.scene.collection.objects.link(empty)
    empty.instance_type, empty.instance_collection = "COLLECTION", collection
    empty.select_set(True)
    reasons = addon.refusals(addon.character.chosen_objects(bpy.context))
    assert 'shows the collection "Hero": make a library override' in reasons["Empty"]


def test_mapping_decides_what_is_keyed(addon: Addon) -> None:
    face = make_face("Face", ("Mund", "jawOpen", "weit"))
    (plan,) = addon.plans(
        [face],
        addon.link("viseme_aa", "shape", "Mund", multiplier=0.5),
        addon.link("jawOpen", "shape", "Mund"),
        addon.link("viseme_O", "shape", "weit", enabled=False),
        addon.link("viseme_U", "shape", "gone"),
        addon.link("jawOpen", "shape", ""),
        preset="oculus",
    )
    assert plan.missing == ("gone",)
    made = addon.plan.columns(plan, ("jawOpen",), np.array([[0.4]], np.float32))
    assert made == {('key_blocks["Mund"].value', 0): pytest.approx([0.9])}


def test_rig_without_known_controls_is_refused(addon: Addon) -> None:
    armature = make_armature("jaw")
    assert "record bones or properties" in addon.refusals([armature])["Rig"]
    objects = [make_face("Face", ("jawOpen",)), armature]
    reasons = addon.refusals(objects, addon.link("jawOpen", "shape", "Kiefer"))
    assert list(reasons) == ["Face", "Rig"]
    assert all("none of the controls that the mapping names" in r for r in reasons.values())


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE"])
def test_recorded_jaw_turns_in_any_rotation_mode(addon: Addon, mode: str) -> None:
    armature = make_armature("jaw", 'lip "upper"')
    names = list(armature.pose.bones.keys())
    jaw, lip = armature.pose.bones
    jaw.rotation_mode = mode
    rest = addon.bones.read_pose(armature, names)
    turn = math.radians(30)
    path, _ = addon.bones.turning_path(jaw)
    turned = {
        "QUATERNION": (math.cos(turn / 2), math.sin(turn / 2), 0, 0),
        "AXIS_ANGLE": (turn, 1, 0, 0),
    }
    setattr(jaw, path, turned.get(mode, (turn, 0, 0)))
    lip.location.z = 0.25
    links = addon.pose.links_between("jawOpen", rest, addon.bones.read_pose(armature, names))
    (plan,) = addon.plans([armature], *links)
    made = addon.plan.columns(plan, ("jawOpen",), np.array([[0.0], [1.0]], np.float32))
    for (data_path, index), column in made.items():
        for frame, value in enumerate(column):
            holder, _, attribute = data_path.rpartition(".")
            getattr(armature.path_resolve(holder), attribute)[index] = value
            armature.keyframe_insert(data_path, index=index, frame=frame)
    for frame in (0, 1):
        bpy.context.scene.frame_set(frame)
        assert jaw.matrix_basis.to_quaternion().angle == pytest.approx(turn * frame, abs=1e-4)
        assert lip.location.z == pytest.approx(0.25 * frame, abs=1e-6)
    assert set(addon.plan.resting(plan, ("jawOpen",))) == set(made)


def test_changed_rotation_mode_is_reported(addon: Addon) -> None:
    armature = make_armature("jaw")
    armature.pose.bones["jaw"].rotation_mode = "XYZ"
    (plan,) = addon.plans(
        [armature],
        addon.link("jawOpen", "bone", "jaw", "rotation_quaternion", 1),
        addon.link("jawOpen", "bone", "jaw", "location", 1),
    )
    assert [planned.path for planned in plan.links] == ['pose.bones["jaw"].location']
    assert plan.hidden_by == ('bone "jaw" now turns in the mode XYZ: record it again.',)


def test_properties_of_bones_and_meshes_are_keyed(addon: Addon) -> None:
    armature = make_armature("ctrl")
    armature.pose.bones["ctrl"]["open"] = 0.0
    face = make_face("Face", ())
    face["wide"] = 1
    plans = addon.plans(
        [armature, face],
        addon.link("jawOpen", "property", "open", "ctrl", 0, 0.0, 2.0),
        addon.link("jawOpen", "property", "wide"),
    )
    paths = [planned.path for plan in plans for planned in plan.links]
    assert paths == ['pose.bones["ctrl"]["open"]', '["wide"]']
    assert armature.path_resolve(paths[0]) == 0.0
