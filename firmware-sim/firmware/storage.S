// What is linked in as it is: the model and baked images in flash, and the memory that the runtime works in.
//
// MODEL_FILE, IMAGES_FILE, ARENA_BYTES, SECOND_BYTES, SCRATCH_BYTES and IMAGE_BYTES are given when this is assembled,
// so each has exactly the size that the model asks for.

.section .model, "a", %progbits
.balign 16
.global model_start
model_start:
.incbin MODEL_FILE
.global model_end
model_end:
.balign 4
.global images_start
images_start:
#ifdef IMAGES_FILE
.incbin IMAGES_FILE
#endif
.global images_end
images_end:

.section .workspace, "aw", %nobits
.balign 16
.global arena_start
arena_start:
.space ARENA_BYTES
.global arena_end
arena_end:
.balign 16
.global scratch_start
scratch_start:
.space SCRATCH_BYTES
.global scratch_end
scratch_end:
.balign 4
.global image_start
image_start:
.space IMAGE_BYTES
.global image_end
image_end:

// What the plan gives to a second memory, if the board has one; see the boards' link.ld.
.section .second, "aw", %nobits
.balign 16
.global second_start
second_start:
.space SECOND_BYTES
.global second_end
second_end:
