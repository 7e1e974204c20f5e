# Arm MPS2+ AN386: Cortex-M4 with DSP instructions.
board_about='Cortex-M4 with DSP instructions, Arm MPS2+ AN386'
board_core=cortex-m
board_triple=armv7em-none-none-eabi
board_flags=(-mcpu=cortex-m4 -mfloat-abi=soft)
board_qemu=(qemu-system-arm -machine mps2-an386)
board_flash_bytes=$((4 * 1024 * 1024))
board_ram_bytes=$((4 * 1024 * 1024))
board_layout=pair
# What stands for flash is memory, so a test may damage the model in place.
board_writable_flash=yes
board_stack_bytes=8192
# For --kernels portable: nothing that a Cortex-M3 has not.
board_portable_flags=(-mcpu=cortex-m3 -mfloat-abi=soft)
