"""Plans of characters: several meshes, armatures, libraries, and what has no effect."""

import importlib
import math
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import make_face

OVR = [f"viseme_{v}" for v in ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa")]


class Addon:
    """The modules under test, of the installed extension."""

    def __init__(self, extension: str) -> None:
        def module(name: str):
            return importlib.import_module(f"{extension}.blender_audio2face.{name}")

        self.targets = module("scene.face_plan")
        self.character = module("scene.face_objects")
        self.effect = module("scene.shape_effect")
        self.bones = module("scene.pose_bones")
        self.plan = module("core.target_plan")
        self.mapping = module("core.rigs.mapping")
        self.pose = module("core.rigs.pose")

    def link(self, output: str, *target, **values):
        """A link; ``target`` are the fields of its target, in order."""
        return self.mapping.Link(output, self.mapping.Target(*target), **values)

    def plan_links(self, objects: list, *links, preset: str | None = None):
        """(plans, skipped) of a mapping with these links."""
        mapping = self.mapping.Mapping(preset, links)
        return self.targets.plan_targets(objects, self.plan.TargetSettings(mapping=mapping))


@pytest.fixture
def addon(extension: str) -> Addon:
    return Addon(extension)


def moves(face: bpy.types.Object, *names: str) -> None:
    """Gives shape keys an effect."""
    for name in names:
        face.data.shape_keys.key_blocks[name].data[0].co.z = 1.0


def make_armature(*bone_names: str) -> bpy.types.Object:
    armature = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    armature.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    for place, name in enumerate(bone_names):
        bone = armature.data.edit_bones.new(name)
        bone.head, bone.tail = (place, 0, 0), (place, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def reason_of(skipped, name: str) -> str:
    return next(mesh.reason for mesh in skipped if mesh.object_name == name)


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
    assert reason_of(skipped, "Bald") == "has no shape keys"
    assert "no known names such as jawOpen" in reason_of(skipped, "Hat")


def test_shared_shape_keys_are_planned_once(addon: Addon) -> None:
    face = make_face("Face", ("jawOpen",))
    twin = bpy.data.objects.new("Twin", face.data)
    (plan,), skipped = addon.targets.plan_targets([twin, face])
    assert (plan.object_name, plan.shared_by) == ("Twin", ("Face",))
    assert skipped == ()


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
    plans, skipped = addon.targets.plan_targets(chosen)
    assert {plan.object_name for plan in plans} == {"Child", "Grandchild", "Deformed"}
    assert skipped == ()


def test_active_object_comes_first_or_alone(addon: Addon) -> None:
    first = make_face("First", ("jawOpen",))
    second = make_face("Second", ("jawOpen",))
    assert addon.character.chosen_objects(bpy.context) == [second, first]
    bpy.ops.object.select_all(action="DESELECT")
    assert addon.character.chosen_objects(bpy.context) == [second]


def test_armature_without_a_face_is_refused(addon: Addon) -> None:
    plans, skipped = addon.targets.plan_targets([make_armature("jaw")])
    assert plans == ()
    assert "record bones or properties" in reason_of(skipped, "Rig")


def test_visemes_are_driven_from_the_channels(addon: Addon) -> None:
    face = make_face("Face", (*OVR, "browInnerUp"))
    (plan,), _ = addon.targets.plan_targets([face])
    assert plan.preset_id == "oculus"
    names = ("jawOpen", "mouthClose", "mouthPressLeft", "mouthPressRight", "browInnerUp")
    values = np.array([[0.0] * 5, [0.2, 0.2, 0.2, 0.2, 0.0], [0.45, 0, 0, 0, 0.5]], np.float32)
    made = addon.plan.columns(plan, names, values)
    assert made['key_blocks["viseme_PP"].value', 0] == pytest.approx([0, 1, 0], abs=0.01)
    assert made['key_blocks["viseme_aa"].value', 0] == pytest.approx([0, 0, 1], abs=0.01)
    assert made['key_blocks["browInnerUp"].value', 0] == pytest.approx([0, 0, 0.5])
    assert set(addon.plan.resting(plan, names).values()) == {0.0}


def test_values_are_limited_to_the_slider(addon: Addon) -> None:
    face = make_face("Face", ("jawOpen", "tongueOut"))
    block = face.data.shape_keys.key_blocks["jawOpen"]
    block.slider_min, block.slider_max = 0.1, 0.6
    (plan,), _ = addon.targets.plan_targets([face])
    values = np.array([[0.0], [0.9]], np.float32)
    made = addon.plan.columns(plan, ("jawOpen",), values)
    assert list(made) == [('key_blocks["jawOpen"].value', 0)]
    assert made['key_blocks["jawOpen"].value', 0] == pytest.approx([0.1, 0.6])
    assert addon.plan.resting(plan, ("jawOpen",)) == {
        ('key_blocks["jawOpen"].value', 0): pytest.approx(0.1)
    }


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
    by_hand = addon.plan.TargetSettings(mapping=mapping, check_effect=False)
    by_name = addon.plan.TargetSettings(check_effect=False)
    edited, _ = addon.targets.plan_targets([head, teeth], by_hand)
    found, _ = addon.targets.plan_targets([head, teeth], by_name)
    assert [plan.links for plan in edited] == [plan.links for plan in found]
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


class TestEffect:
    def test_flat_shape_keys_are_flagged(self, addon: Addon) -> None:
        face = make_face("Face", ("jawOpen", "mouthClose"), flat=True)
        moves(face, "jawOpen")
        (plan,), _ = addon.targets.plan_targets([face])
        assert plan.without_effect == ("mouthClose",)
        assert len(plan.links) == 2
        assert plan.hidden_by == ()
        blocks = face.data.shape_keys.key_blocks
        assert addon.effect.without_effect(blocks.id_data, ["jawOpen"]) == []
        assert addon.effect.without_effect(blocks.id_data, ["mouthClose"]) == ["mouthClose"]

    def test_shape_key_is_compared_with_its_relative_key(self, addon: Addon) -> None:
        face = make_face("Face", ("jawOpen", "mouthClose"), flat=True)
        moves(face, "jawOpen", "mouthClose")
        blocks = face.data.shape_keys.key_blocks
        blocks["mouthClose"].relative_key = blocks["jawOpen"]
        assert addon.effect.without_effect(blocks.id_data, ["mouthClose"]) == ["mouthClose"]

    def test_face_that_nothing_moves_is_reported(self, addon: Addon) -> None:
        face = make_face("Face", ("jawOpen",), flat=True)
        (plan,), _ = addon.targets.plan_targets([face])
        assert plan.hidden_by == ("none of the keyed shape keys moves a vertex.",)
        unchecked = addon.plan.TargetSettings(check_effect=False)
        assert addon.targets.plan_targets([face], unchecked)[0][0].without_effect == ()


class TestDrivers:
    def test_driven_shape_keys_are_left_out(self, addon: Addon) -> None:
        face = make_face("Face", ("jawOpen", "mouthClose"))
        face.data.shape_keys.key_blocks["jawOpen"].driver_add("value")
        (plan,), _ = addon.targets.plan_targets([face])
        assert plan.driven == ("jawOpen",)
        assert [planned.link.output for planned in plan.links] == ["mouthClose"]

    def test_properties_that_drive_a_daz_face_are_keyed(self, addon: Addon) -> None:
        armature = make_armature("head")
        face = make_face("Face", ("facs_bs_JawOpen_div2",), select=False)
        face.parent = armature
        face.data.shape_keys.key_blocks[1].driver_add("value")
        for name in ("AA", "EE", "EH", "ER", "F", "IH", "IY", "K", "L", "M"):
            armature[f"facs_ctrl_v{name}"] = 0.0
        armature.id_properties_ui("facs_ctrl_vAA").update(min=0.0, max=0.8)
        armature["note"] = "text"
        chosen = addon.character.chosen_objects(bpy.context)
        (plan,), skipped = addon.targets.plan_targets(chosen)
        assert skipped == ()
        assert (plan.kind, plan.uid, plan.preset_id) == (
            "OBJECT",
            armature.session_uid,
            "daz_visemes",
        )
        made = addon.plan.columns(plan, ("jawOpen",), np.array([[0.5]], np.float32))
        assert made['["facs_ctrl_vAA"]', 0][0] == pytest.approx(0.8)
        armature.keyframe_insert('["facs_ctrl_vAA"]', frame=1)

    def test_face_of_driven_keys_alone_is_refused(self, addon: Addon) -> None:
        face = make_face("Face", ("jawOpen",))
        face.data.shape_keys.key_blocks["jawOpen"].driver_add("value")
        plans, skipped = addon.targets.plan_targets([face])
        assert plans == ()
        assert "select the armature that drives them" in reason_of(skipped, "Face")


class TestLibraries:
    @pytest.fixture
    def linked(self, tmp_path: Path) -> bpy.types.Object:
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

    def links(self, addon: Addon) -> list:
        return [
            addon.link("jawOpen", "shape", "jawOpen"),
            addon.link("jawOpen", "property", "open"),
            addon.link("jawOpen", "bone", "jaw", "location", 2),
        ]

    def test_linked_data_is_refused_with_a_way_out(self, addon: Addon, linked) -> None:
        plans, skipped = addon.plan_links([linked, linked.parent], *self.links(addon))
        assert plans == ()
        assert "is linked from" in reason_of(skipped, "Face")
        assert "make library overrides" in reason_of(skipped, "Face")
        assert "make a library override" in reason_of(skipped, "Rig")

    def test_overrides_are_planned(self, addon: Addon, linked) -> None:
        override = linked.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
        override.data.override_create(remap_local_usages=True)
        plans, skipped = addon.plan_links([override, override.parent], *self.links(addon))
        assert [(plan.kind, len(plan.links)) for plan in plans] == [("KEY", 1), ("OBJECT", 2)]
        assert skipped == ()

    def test_instanced_collection_is_refused_with_a_way_out(self, addon: Addon) -> None:
        collection = bpy.data.collections.new("Hero")
        empty = bpy.data.objects.new("Empty", None)
        bpy.context.scene.collection.objects.link(empty)
        empty.instance_type, empty.instance_collection = "COLLECTION", collection
        empty.select_set(True)
        plans, skipped = addon.targets.plan_targets(addon.character.chosen_objects(bpy.context))
        assert plans == ()
        assert 'shows the collection "Hero": make a library override' in skipped[0].reason


class TestMapping:
    def test_mapping_decides_what_is_keyed(self, addon: Addon) -> None:
        face = make_face("Face", ("Mund", "jawOpen", "weit"))
        moves(face, "Mund", "weit")
        (plan,), _ = addon.plan_links(
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

    def test_mapping_of_another_rig_is_refused(self, addon: Addon) -> None:
        objects = [make_face("Face", ("jawOpen",)), make_armature("jaw")]
        plans, skipped = addon.plan_links(objects, addon.link("jawOpen", "shape", "Kiefer"))
        assert plans == ()
        assert [mesh.object_name for mesh in skipped] == ["Face", "Rig"]
        assert all("none of the controls that the mapping names" in m.reason for m in skipped)

    @pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZYX", "AXIS_ANGLE"])
    def test_recorded_jaw_turns_in_any_rotation_mode(self, addon: Addon, mode: str) -> None:
        armature = make_armature("jaw", 'lip "upper"')
        bone = armature.pose.bones["jaw"]
        bone.rotation_mode = mode
        names = ["jaw", 'lip "upper"']
        rest = addon.bones.read_pose(armature, names)
        turn = math.radians(30)
        path = addon.bones.turning_path(bone)[0]
        setattr(
            bone,
            path,
            {
                "QUATERNION": (math.cos(turn / 2), math.sin(turn / 2), 0, 0),
                "AXIS_ANGLE": (turn, 1, 0, 0),
            }.get(mode, (turn, 0, 0)),
        )
        armature.pose.bones['lip "upper"'].location.z = 0.25
        extreme = addon.bones.read_pose(armature, names)
        links = addon.pose.links_between("jawOpen", rest, extreme)
        (plan,), _ = addon.plan_links([armature], *links)
        made = addon.plan.columns(plan, ("jawOpen",), np.array([[0.0], [1.0]], np.float32))
        for (data_path, index), column in made.items():
            for frame, value in enumerate(column):
                holder, _, attribute = data_path.rpartition(".")
                getattr(armature.path_resolve(holder), attribute)[index] = value
                armature.keyframe_insert(data_path, index=index, frame=frame)
        for frame, angle in ((0, 0.0), (1, turn)):
            bpy.context.scene.frame_set(frame)
            matrix = bone.matrix_basis
            assert matrix.to_quaternion().angle == pytest.approx(angle, abs=1e-4)
            lip = armature.pose.bones['lip "upper"']
            assert lip.location.z == pytest.approx(0.25 * frame, abs=1e-6)
        resting = addon.plan.resting(plan, ("jawOpen",))
        assert set(resting) == set(made)

    def test_changed_rotation_mode_is_reported(self, addon: Addon) -> None:
        armature = make_armature("jaw")
        armature.pose.bones["jaw"].rotation_mode = "XYZ"
        (plan,), _ = addon.plan_links(
            [armature],
            addon.link("jawOpen", "bone", "jaw", "rotation_quaternion", 1),
            addon.link("jawOpen", "bone", "jaw", "location", 1),
        )
        assert [planned.path for planned in plan.links] == ['pose.bones["jaw"].location']
        assert plan.hidden_by == ('bone "jaw" now turns in the mode XYZ: record it again.',)

    def test_properties_of_bones_and_meshes_are_keyed(self, addon: Addon) -> None:
        armature = make_armature("ctrl")
        armature.pose.bones["ctrl"]["open"] = 0.0
        face = make_face("Face", ())
        face["wide"] = 1
        plans, skipped = addon.plan_links(
            [armature, face],
            addon.link("jawOpen", "property", "open", "ctrl", 0, 0.0, 2.0),
            addon.link("jawOpen", "property", "wide"),
        )
        assert [planned.path for plan in plans for planned in plan.links] == [
            'pose.bones["ctrl"]["open"]',
            '["wide"]',
        ]
        assert skipped == ()
        assert armature.path_resolve('pose.bones["ctrl"]["open"]') == 0.0
